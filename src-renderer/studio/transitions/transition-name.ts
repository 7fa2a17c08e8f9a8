import { t } from './messages.ts'

/** Names that new shows have, as the host writes them. */
const given: Readonly<Record<string, string>> = { cut: 'Cut', fade: 'Fade' }

/** The name of a transition: what somebody has called it, or what it is in the page's language. */
export function transitionName({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return given[kind] === name ? (t.givenNames[kind] ?? name) : name
}
