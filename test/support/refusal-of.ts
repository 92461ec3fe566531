import { AdminError } from '../../src/admin/endpoint.ts';

/** What an endpoint refuses a request with. @throws {Error} when it takes it, and whatever else is thrown */
export function refusalOf(run: () => unknown): { readonly status: number; readonly message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof AdminError) return { status: error.status, message: error.message };
    throw error;
  }
  throw new Error('it was accepted');
}
