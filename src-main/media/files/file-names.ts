/** What a file name template may name, and what represents it. */
export type NameFields = Readonly<Record<string, string>>

/** `{date}` (2026-11-21) and `{time}` (10-02-39, UTC) of a moment, ms since 1970. */
export function timeFields(wallMs: number): { readonly date: string; readonly time: string } {
  const iso = new Date(wallMs).toISOString()
  return { date: iso.slice(0, 10), time: iso.slice(11, 19).replaceAll(':', '-') }
}

/** The number of a file within its recording: `001`. */
export function numberField(number: number): string {
  return String(number).padStart(3, '0')
}

/** Name without ending: the template with its fields filled in, safe on every file system; `otherwise` where nothing is left of it. */
export function fileName(template: string, fields: NameFields, otherwise: string): string {
  const name = template
    .replace(/\{(\w+)\}/g, (all, field: string) => fields[field] ?? all)
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[._]+/, '')
    .slice(0, 120)
  return name === '' ? otherwise : name
}

/** The fields of a template that are not among those known. */
export function unknownFields(template: string, known: readonly string[]): readonly string[] {
  return [...template.matchAll(/\{([^}]*)\}/g)].map(([, field]) => field ?? '').filter((field) => !known.includes(field))
}
