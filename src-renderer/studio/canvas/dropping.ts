/** What dropped files and texts become. */
export interface DroppedSource {
  readonly kind: 'media' | 'browser' | 'text'
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
}

export type Dropped = { readonly source: DroppedSource } | { readonly files: true } | { readonly nothing: true }

const mediaEndings = /\.(mp4|m4v|mov|mkv|webm|avi|ts|flv|mp3|m4a|aac|ogg|oga|opus|wav|flac)$/i

/** Whether files are dragged: which ones is not known before they are dropped. */
export const hasFiles = ({ types }: Pick<DataTransfer, 'types'>): boolean => types.some((type) => type.toLowerCase() === 'files')

/** What a drop is to become: links by their ending, anything else that is text as a text. */
export function readDrop(data: Pick<DataTransfer, 'getData'> & { readonly files: ArrayLike<unknown> }, textName: string): Dropped {
  if (data.files.length > 0) return { files: true }
  // The first line that is no comment: text/uri-list of RFC 2483.
  const listed = data
    .getData('text/uri-list')
    .split(/\r?\n/)
    .find((line) => line !== '' && !line.startsWith('#'))
  const text = data.getData('text/plain').trim()
  const url = readUrl(listed ?? text)
  if (url !== undefined) {
    const last = decoded(url.pathname.split('/').findLast((part) => part !== '') ?? '')
    const name = last === '' ? url.hostname : last.slice(0, 60)
    if (mediaEndings.test(url.pathname)) return { source: { kind: 'media', name, settings: { file: url.href } } }
    return { source: { kind: 'browser', name: url.hostname.slice(0, 60), settings: { url: url.href } } }
  }
  if (text === '') return { nothing: true }
  return { source: { kind: 'text', name: textName, settings: { text: text.slice(0, 65_536) } } }
}

function readUrl(text: string): URL | undefined {
  if (!/^https?:\/\/\S+$/i.test(text)) return undefined
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
