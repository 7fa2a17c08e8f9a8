import { AppError } from '../../platform/errors.ts'

/** An RTMP address, taken apart as `connect` and `publish` want it. */
export interface DestinationAddress {
  readonly secure: boolean
  readonly host: string
  readonly port: number
  /** With its query, as it stands in the address. */
  readonly app: string
  readonly tcUrl: string
  /** What `publish` names: the stream key. */
  readonly publishName: string
}

/** Checks the server's part of an address and gives it back trimmed, without a slash at its end. Throws `destination.address_invalid`. */
export function checkDestinationUrl(text: string): string {
  const trimmed = text.trim().replace(/\/+$/, '')
  let url: URL
  try {
    url = new URL(trimmed)
  } catch {
    throw new AppError('destination.address_invalid', 'The address is not a URL')
  }
  if (url.protocol !== 'rtmp:' && url.protocol !== 'rtmps:') {
    throw new AppError('destination.address_invalid', `Addresses begin with rtmp:// or rtmps://, not with ${url.protocol}//`)
  }
  if (url.hostname === '') throw new AppError('destination.address_invalid', 'The address names no host')
  if (url.username !== '' || url.password !== '') {
    throw new AppError('destination.address_invalid', 'A name or password in the address would be readable: put it into the key')
  }
  if (url.pathname.replaceAll('/', '') === '') throw new AppError('destination.address_invalid', 'The address names no application')
  return trimmed
}

/** Joins address and key. Without a key the last part of the address' path is the name to publish. Throws `destination.address_invalid`. */
export function parseDestinationAddress(server: string, key: string): DestinationAddress {
  const url = new URL(checkDestinationUrl(server))
  const secure = url.protocol === 'rtmps:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const path = url.pathname.replace(/^\/+/, '')
  let app = path
  let publishName = key.trim()
  if (publishName === '') {
    const cut = path.lastIndexOf('/')
    if (cut < 0) throw new AppError('destination.address_invalid', 'Without a key the address needs an application and a name')
    app = path.slice(0, cut)
    publishName = path.slice(cut + 1) + url.search
  } else {
    app += url.search
  }
  const port = url.port === '' ? (secure ? 443 : 1935) : Number(url.port)
  return { secure, host, port, app, tcUrl: `${url.protocol}//${url.host}/${app}`, publishName }
}

/** The end of a key, by which its owner knows it; nothing of a short one. */
export function keyHint(key: string): string | null {
  const text = key.trim()
  if (text === '') return null
  return text.length >= 12 ? text.slice(-4) : ''
}
