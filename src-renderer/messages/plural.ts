/** Forms of a text by the language's rules for numbers (CLDR plural categories); `#` is the number. */
export type PluralForms = Partial<Readonly<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string }

/** Chooses among forms of a text by a number: `pluralIn('en')(2, { one: '# viewer', other: '# viewers' })` is "2 viewers". */
export function pluralIn(tag: string): (count: number, forms: PluralForms) => string {
  const rules = new Intl.PluralRules(tag)
  const numbers = new Intl.NumberFormat(tag)
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replace('#', numbers.format(count))
}
