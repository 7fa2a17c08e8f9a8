import { locale } from './language.ts'

const formats = new Map<string, Intl.NumberFormat>()

/** `value` in the page's language with `digits` decimals, or with `minDigits` to `digits` where the last ones are zeros: 2.50, 2,5. */
export function decimal(value: number, digits: number, minDigits = digits): string {
  const key = `${digits} ${minDigits}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, { minimumFractionDigits: minDigits, maximumFractionDigits: digits, useGrouping: false })
    formats.set(key, format)
  }
  return format.format(value)
}
