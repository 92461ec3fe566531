import { startIdp } from '../test/support/idp.ts';

/** The identity provider for the secured route, as a process. */
const idp = await startIdp();
console.log(JSON.stringify({ url: idp.issuer }));
