import { settings as t } from '../messages/page.ts'

const browsers = (): readonly (readonly [RegExp, string])[] => [
  [/\bElectron\//, t.amiStreamsWindow],
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|Chromium|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

/** `Firefox on Windows` for a User-Agent header; its start where it is not a known browser's. */
export function browserName(userAgent: string): string {
  const find = (names: typeof systems) => names.find(([form]) => form.test(userAgent))?.[1]
  const browser = find(browsers()) ?? (userAgent.slice(0, 40) || t.unknownBrowser)
  const system = find(systems)
  return system === undefined ? browser : t.on(browser, system)
}
