/** One message that waits for a slow player. */
export interface QueuedMessage {
  readonly type: number
  readonly timestampMs: number
  readonly body: Buffer
  /** `config` is never dropped; `key` is a video keyframe; `delta` another video frame. */
  readonly role: 'config' | 'key' | 'delta' | 'audio'
}

/** A player's queue, bounded in bytes and ms. When it overflows it loses whole GOPs from its head, so that what is left can be decoded. */
export class PlayQueue {
  /** Frames lost since the start. */
  dropped = 0
  bytes = 0
  private messages: QueuedMessage[] = []
  private readonly maxBytes: number
  private readonly maxMs: number
  private awaitsKey = false

  constructor(maxBytes: number, maxMs: number) {
    this.maxBytes = maxBytes
    this.maxMs = maxMs
  }

  get length(): number {
    return this.messages.length
  }

  /** Time between the oldest and the newest frame that wait, ms. */
  get spanMs(): number {
    const first = this.messages.find((message) => message.role !== 'config')
    return first === undefined ? 0 : this.messages.at(-1)!.timestampMs - first.timestampMs
  }

  /** Appends; may drop older messages, or this one while a keyframe is expected. */
  push(message: QueuedMessage): void {
    if (this.awaitsKey && message.role === 'delta') {
      this.dropped += 1
      return
    }
    if (message.role === 'key') this.awaitsKey = false
    this.messages.push(message)
    this.bytes += message.body.length
    while (this.overflows()) if (!this.dropGop()) return
  }

  /** The next message, or undefined. */
  shift(): QueuedMessage | undefined {
    const message = this.messages.shift()
    if (message) this.bytes -= message.body.length
    return message
  }

  private overflows(): boolean {
    const first = this.messages.findIndex((message) => message.role !== 'config')
    if (first < 0 || first === this.messages.length - 1) return false
    return this.bytes > this.maxBytes || this.messages.at(-1)!.timestampMs - this.messages[first]!.timestampMs > this.maxMs
  }

  /** Drops up to the next keyframe after the head; where none is queued, every frame, and the player waits for one. False when nothing could go. */
  private dropGop(): boolean {
    const first = this.messages.findIndex((message) => message.role !== 'config')
    const next = this.messages.findIndex((message, index) => index > first && message.role === 'key')
    const hasVideo = next > 0 || this.messages.some((message) => message.role === 'key' || message.role === 'delta')
    // Without video playback can continue at any frame: half of the audio is dropped.
    const until = next > 0 ? next : hasVideo ? this.messages.length : this.messages.length >> 1
    const kept: QueuedMessage[] = []
    let lost = 0
    for (const [index, message] of this.messages.entries()) {
      if (index >= until || message.role === 'config') {
        kept.push(message)
      } else {
        lost += 1
        this.bytes -= message.body.length
      }
    }
    this.messages = kept
    this.dropped += lost
    if (next < 0 && hasVideo) this.awaitsKey = true
    return lost > 0
  }
}
