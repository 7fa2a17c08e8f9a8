/** The address without its port, of `HOST:PORT`. */
export function addressOf(remoteAddress: string): string {
  const colon = remoteAddress.lastIndexOf(':')
  return colon < 0 ? remoteAddress : remoteAddress.slice(0, colon)
}
