/** Why something cannot be played: `missing` may come by itself, `broken` and `refused` need a person. */
export class MediaFault extends Error {
  readonly kind: 'missing' | 'broken' | 'refused'

  constructor(kind: MediaFault['kind'], message: string) {
    super(message)
    this.name = 'MediaFault'
    this.kind = kind
  }
}
