import { serviceClient, startIdp } from '../test/support/idp.ts';
import { oneTimeClients } from './token-call.ts';

/** The identity provider for the secured routes, as a process. */
const idp = await startIdp({ clients: [serviceClient, ...oneTimeClients] });
console.log(JSON.stringify({ url: idp.issuer }));
