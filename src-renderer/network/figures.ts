import { locale } from '../messages/language.ts'
import { decimal } from '../messages/numbers.ts'
import { t } from './messages.ts'

/** 12 %, 3.4 %. */
export const percent = (share: number | null): string => (share === null ? '–' : `${decimal(share * 100, share < 0.1 ? 1 : 0, 0)} %`)
/** 0.4 ms, 12 ms, 2.1 s. */
export const latency = (ms: number | null): string =>
  ms === null ? '–' : ms >= 1000 ? `${decimal(ms / 1000, 1)} s` : `${decimal(ms, ms < 10 ? 1 : 0, 0)} ms`
export const perSecond = (count: number): string => t.perSecond(decimal(count, count < 10 ? 1 : 0, 0))
/** 850 kbps, 12.4 Mbps, 3.1 Gbps. */
export const bitrate = (bps: number): string =>
  bps >= 1e9 ? `${decimal(bps / 1e9, 1)} Gbps` : bps >= 1e6 ? `${decimal(bps / 1e6, 1)} Mbps` : `${decimal(bps / 1000, 0)} kbps`
/** Thousands with a short word, as numbers of requests are. */
export const count = (value: number): string =>
  value >= 1e6 ? `${decimal(value / 1e6, 1)} M` : value >= 10_000 ? `${decimal(value / 1000, 0)} k` : decimal(value, 0)

/** The name of a country in the language of the page. */
export function countryName(code: string): string {
  if (code === '') return t.unknown
  try {
    return new Intl.DisplayNames(locale, { type: 'region' }).of(code) ?? code
  } catch {
    return code
  }
}
