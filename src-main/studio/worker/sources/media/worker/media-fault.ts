/** Why something cannot be played: `missing` may come by itself, `broken` and `refused` need a person. */
export class MediaFault extends Error {
  readonly kind: 'missing' | 'broken' | 'refused'

  constructor(kind: MediaFault['kind'], message: string) {
    super(message)
    this.name = 'MediaFault'
    this.kind = kind
  }
}

/** What FFmpeg says of a stream that is away, where its words tell people nothing. */
export function plainly(words: string): string {
  if (words.includes('[play.not_live]')) return 'nobody publishes it now'
  if (words.startsWith('Immediate exit requested')) return 'nothing comes'
  // What it adds are its own options: "Connection refused (Cannot open connection tcp://…?tcp_nodelay=1".
  return words.replace(/ \((?:Cannot open connection|Connection to) tcp:.*$/s, '')
}
