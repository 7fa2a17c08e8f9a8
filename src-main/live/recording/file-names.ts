/** What a file name template may name. */
export interface NameFacts {
  readonly stream: string
  readonly title: string
  /** ms since 1970. */
  readonly wallMs: number
  /** From 1, within one recording of the stream. */
  readonly number: number
}

/** Name without ending: `{stream}`, `{title}`, `{date}` (2026-11-21), `{time}` (10-02-39, UTC) and `{number}` (001) filled in, safe on every file system. */
export function fileName(template: string, facts: NameFacts): string {
  const iso = new Date(facts.wallMs).toISOString()
  const values: Readonly<Record<string, string>> = {
    stream: facts.stream,
    title: facts.title,
    date: iso.slice(0, 10),
    time: iso.slice(11, 19).replaceAll(':', '-'),
    number: String(facts.number).padStart(3, '0'),
  }
  const name = template
    .replace(/\{(\w+)\}/g, (all, field: string) => values[field] ?? all)
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[._]+/, '')
    .slice(0, 120)
  return name === '' ? `recording-${values.number}` : name
}

/** The fields of a template that do not exist. */
export function unknownFields(template: string): readonly string[] {
  const known = ['stream', 'title', 'date', 'time', 'number']
  return [...template.matchAll(/\{([^}]*)\}/g)].map(([, field]) => field ?? '').filter((field) => !known.includes(field))
}
