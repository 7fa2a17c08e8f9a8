import { createHash } from 'node:crypto'
import { type Dock, originOf } from './docks.ts'

const style = 'html,body,iframe{display:block;width:100%;height:100%;margin:0;border:0}'
const styleHash = createHash('sha256').update(style).digest('base64')

const escaped: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => escaped[letter] ?? letter)

/**
 * The document between the studio page and a dock: it frames this dock's origin and nothing else, so the page itself frames no other site.
 * The dock keeps its own sign-in (`allow-same-origin` is its own origin, never ours) and cannot lead the page away.
 */
export function dockFrame({ name, url }: Dock): { readonly html: string; readonly headers: Readonly<Record<string, string>> } {
  const sandbox = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox'
  return {
    html: `<!doctype html><html><head><meta charset="utf-8"><title>${escapeHtml(name)}</title><style>${style}</style></head><body><iframe src="${escapeHtml(url)}" title="${escapeHtml(name)}" sandbox="${sandbox}" referrerpolicy="no-referrer" allow="autoplay; clipboard-write"></iframe></body></html>`,
    headers: {
      'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; frame-src ${originOf(url)}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
    },
  }
}
