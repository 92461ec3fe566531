/**
 * Whether tokens that callers bring must pass a check that is not run: proof of possession. Then none is taken, since
 * what an operator asked for must not be left out in silence.
 */
export function needsMoreThanBearer(config: Readonly<Record<string, unknown>>): boolean {
  const isOn = (name: string): boolean => (config[name] ?? 'off') !== 'off';
  return isOn('proof_of_possession_mtls') || isOn('proof_of_possession_dpop');
}
