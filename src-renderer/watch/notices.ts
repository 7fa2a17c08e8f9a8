import type { WatchState } from '../player/watch-session.ts'

export interface Notice {
  readonly title: string
  readonly text: string
  /** The word on the chip below the picture. */
  readonly chip: string
}

/** What the page says in each state. */
export const notices: Readonly<Record<WatchState, Notice>> = {
  loading: { title: 'Loading', text: '', chip: 'Loading' },
  playing: { title: '', text: '', chip: 'Live' },
  buffering: { title: 'Buffering', text: '', chip: 'Buffering' },
  reconnecting: {
    title: 'The publisher is away for a moment',
    text: 'The stream goes on by itself as soon as it returns.',
    chip: 'Reconnecting',
  },
  waiting: { title: 'Not live yet', text: 'This page starts to play by itself when the stream starts.', chip: 'Not live yet' },
  ended: { title: 'The stream has ended', text: 'If it starts again, this page plays it.', chip: 'Ended' },
  missing: { title: 'There is no stream of this name', text: 'Check the link with whoever sent it to you.', chip: 'Not found' },
  refused: { title: 'This stream may not be watched from here', text: 'Ask whoever sent you the link.', chip: 'Denied' },
  'connection-lost': { title: 'The connection is lost', text: 'Trying again. Playback resumes by itself.', chip: 'Connecting' },
  returning: { title: 'The stream is coming back', text: 'It goes on here by itself, in a moment.', chip: 'Coming back' },
  unsupported: {
    title: 'This browser cannot play the stream',
    text: 'It lacks the codec that the publisher sends. Try Chrome, Edge or Safari, or open the URL in VLC.',
    chip: 'Not supported',
  },
}
