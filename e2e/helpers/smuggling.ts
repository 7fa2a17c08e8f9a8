/** What a stranger wants the host to do in an admin's name: `x-streams-client` is what delivery processes tell the host of a client. */
export const smuggled = [
  'POST /api/v1/tokens HTTP/1.1',
  'Host: 127.0.0.1',
  'X-Streams-Client: 1 0 127.0.0.1',
  'Content-Type: application/json',
  'Content-Length: 36',
  '',
  '{"label":"smuggled","role":"admin"} ',
].join('\r\n')
/** The same, completed by whatever comes behind it on the connection. */
export const unfinished = 'POST /api/v1/tokens/link HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Streams-Client: 1 0 127.0.0.1\r\nX: '

const chunked = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`

/** Requests of a stranger: what one parser takes for a body, another might take for the next request. */
export function smugglingRequests(path: string): string[] {
  const texts: string[] = []
  const head = (method: string): string => `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n`
  for (const body of [smuggled, unfinished]) {
    const size = `Content-Length: ${body.length}\r\n`
    const coding = 'Transfer-Encoding: chunked\r\n'
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE', 'POST', 'PUT', 'PATCH'])
      texts.push(`${head(method)}${size}\r\n${body}`, `${head(method)}${coding}\r\n${chunked(body)}`)
    const post = head('POST')
    texts.push(
      `${post}${size}${coding}\r\n0\r\n\r\n${body}`,
      `${post}${coding}Content-Length: 4\r\n\r\n${chunked(body)}`,
      `${post}Content-Length: 0\r\n${size}\r\n${body}`,
      `${post}Content-Length: 0, ${body.length}\r\n\r\n${body}`,
      `${post}Content-Length:\r\n ${body.length}\r\n\r\n${body}`,
      `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${body}`,
      `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${body}`,
      `${post}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${body}`,
      `${post}${coding}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n${body}`,
      `${post}${coding}\r\n0;x=\n\r\n\r\n${body}`,
      `${post}${coding}\r\n0\n\n${body}`,
      `${post.replaceAll('\r', '')}\n${body}`,
      `${post}Connection: Upgrade\r\nUpgrade: h2c\r\n${size}\r\n${body}`,
      `${head('GET')}Connection: Upgrade\r\nUpgrade: websocket\r\n${size}\r\n${body}`,
    )
  }
  return texts
}
