import type { Command } from 'commander';

/** Adds the flags about the Admin API that a command asks; where decK has one, by decK's name. See `AdminFlags`. */
export function addAdminOptions(command: Command, adminDoc: string): Command {
  return command
    .option('--admin <url>', adminDoc)
    .option('--admin-token <token>', 'token of the Admin API; others can see flags: better put it into GW_ADMIN_TOKEN')
    .option('--admin-token-file <file>', 'file that holds the token')
    .option('--ca-cert-file <file>', 'authority that the certificate of an https address is verified against')
    .option('--tls-skip-verify', 'do not verify that certificate')
    .option('--tls-client-cert-file <file>', 'certificate to show the Admin API, in PEM form')
    .option('--tls-client-key-file <file>', 'its private key');
}
