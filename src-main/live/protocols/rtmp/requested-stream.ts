/** Where a client wants to publish or play, put together from the several places in which encoders write it. */
export interface RequestedStream {
  /** First path part, e.g. `live`. */
  readonly app: string
  /** Last path part without its query. */
  readonly name: string
  /** Query of the app, of tcUrl and of the stream name; the later wins. */
  readonly query: ReadonlyMap<string, string>
}

/** Max parameters in one URL; more are ignored. */
const maxParameters = 32

/**
 * `rtmp://h/live` + `KEY`, `rtmp://h/live/NAME?key=KEY`, `rtmp://h/live?key=KEY` + `NAME`: all mean the same to us.
 * Never throws: invalid percent-encoding is taken as it is.
 */
export function readRequestedStream(app: string, tcUrl: string, streamName: string): RequestedStream {
  const query = new Map<string, string>()
  const appParts = split(app)
  const nameParts = split(streamName)
  addQuery(query, split(tcUrl).query)
  addQuery(query, appParts.query)
  addQuery(query, nameParts.query)
  const path = `${appParts.path}/${nameParts.path}`.split('/').filter((part) => part !== '')
  const name = nameParts.path === '' && path.length < 2 ? '' : (path.at(-1) ?? '')
  return { app: decode(path.length > 0 ? path[0]! : ''), name: decode(name.replace(/^(?:mp4|flv):/, '')), query }
}

function split(text: string): { path: string; query: string } {
  const mark = text.indexOf('?')
  return mark < 0 ? { path: text, query: '' } : { path: text.slice(0, mark), query: text.slice(mark + 1) }
}

function addQuery(into: Map<string, string>, text: string): void {
  if (text === '') return
  for (const pair of text.split('&', maxParameters)) {
    const equals = pair.indexOf('=')
    if (equals > 0) into.set(decode(pair.slice(0, equals)), decode(pair.slice(equals + 1)))
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
