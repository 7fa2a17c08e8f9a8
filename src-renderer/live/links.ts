/** A URL of the API as this browser reaches it: relative ones on our own origin, absolute ones as they are. */
export function absolute(address: string, origin: string): string {
  try {
    return new URL(address, origin).href
  } catch {
    return address
  }
}

/** The path of a URL, so that images come from our own origin whatever the host's name. */
export function samePath(address: string): string {
  try {
    const url = new URL(address, 'http://host.invalid')
    return url.pathname + url.search
  } catch {
    return address
  }
}
