import { type Fault, fault } from '../formats/fault.ts'

/** Scheme of links that open the program. */
export const appScheme = 'ami-streams'
/** A longer link is not read. */
export const maxLinkLength = 1024

/** Sections of the page that a link may open. */
const sections = ['studio', 'live', 'obs', 'library', 'activity', 'settings', 'keys', 'inputs', 'rules', 'health', 'log'] as const

/** Names of streams and collections, as hosts take them. */
const streamName = /^[a-z0-9][a-z0-9_-]{0,63}$/
const collectionName = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$/
const guestKey = /^[A-Za-z0-9_-]{1,128}$/

/**
 * Reads a link like `ami-streams://collection/Evening` and answers the path of the page that it leads to. A link may come from anybody:
 * it names a page of the own host and nothing else, no other host, no query, no action. What is behind it asks before it changes anything.
 */
export function readAppLink(text: string): string | Fault {
  if (text.length > maxLinkLength) return fault(`is longer than ${maxLinkLength} characters`, maxLinkLength)
  const strange = /[^\x21-\x7e]/.exec(text)
  if (strange !== null) return fault('has a character that links have in percent-encoding alone', strange.index)
  const start = `${appScheme}://`
  if (text.slice(0, start.length).toLowerCase() !== start) return fault(`does not start with ${start}`, 0)
  const hash = text.indexOf('#')
  const path = text.slice(start.length, hash < 0 ? undefined : hash)
  const fragment = hash < 0 ? '' : text.slice(hash + 1)
  const query = path.search(/[?@:\\]/)
  if (query >= 0) return fault(`has "${path[query]}", which no link has`, start.length + query)
  const parts = path.replace(/\/$/, '').split('/')
  const [verb = '', encoded, ...more] = parts
  const nameAt = start.length + verb.length + 1
  if (more.length > 0) return fault('has more parts than a link has', nameAt + (encoded?.length ?? 0))
  const name = encoded === undefined ? undefined : decoded(encoded)
  if (name === null) return fault('has a name that is not percent-encoded UTF-8', nameAt)
  if (fragment !== '' && verb !== 'guest') return fault('has a fragment, which invitations alone have', hash)
  switch (verb.toLowerCase()) {
    case '':
      return name === undefined ? '/' : fault('does not say what to open', start.length)
    case 'open':
      if (name === undefined) return '/'
      return (sections as readonly string[]).includes(name) ? `/${name}` : fault('names a section that the page does not have', nameAt)
    case 'stream':
    case 'watch':
      if (name === undefined || !streamName.test(name)) return fault('does not have the name of a stream', nameAt)
      return verb.toLowerCase() === 'watch' ? `/watch/${name}` : `/live/${name}`
    case 'collection':
      if (name === undefined || !collectionName.test(name)) return fault('does not have the name of a collection', nameAt)
      return `/studio?collection=${encodeURIComponent(name)}`
    case 'guest': {
      if (name === undefined || !streamName.test(name)) return fault('does not have the stream of an invitation', nameAt)
      const key = fragment.startsWith('key=') ? fragment.slice(4) : ''
      return guestKey.test(key) ? `/guest/${name}#key=${key}` : fault('does not have the key of an invitation', Math.max(hash, nameAt))
    }
    default:
      return fault('asks for what no link can do', start.length)
  }
}

/** Null where the text is not percent-encoded UTF-8. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
