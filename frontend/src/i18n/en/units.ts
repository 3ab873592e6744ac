// The names of units on the page. Other units are shown unchanged.
const NAMES: Record<string, string> = {
  'umol/L': 'µmol/L',
  'ug/day': 'µg/day',
  'umol/day': 'µmol/day',
  'ukat/L': 'µkat/L',
  '%': '% (Quick)',
  '/uL': '/µL',
  '10^9/L': '10⁹/L',
  s: 'seconds',
};

export function unitName(unit: string): string {
  return NAMES[unit] ?? unit;
}
