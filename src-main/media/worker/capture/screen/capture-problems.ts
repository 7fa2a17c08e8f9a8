import { windowName } from './window-name.ts'

/** What a system says about what is wrong. */
export interface CaptureProblems {
  /** Reasons of the system's addon that no other has, or that mean something of its own there. */
  readonly reasons: CaptureReasons
  /** It owes an answer for seconds. */
  hangs(server: string): string
}

/** A sentence for each reason: what is wrong, and what to do about it. `server` as the order named it. */
export type CaptureReasons = Readonly<Record<string, (detail: string, server: string) => string>>

/** Reasons that mean the same on every system. */
const common: CaptureReasons = {
  'display-missing': (display) => `The display ${display} is not connected: waiting for it`,
  'window-missing': (window) => `The window ${windowName(window)} is not open: waiting for it`,
  'window-hidden': () => 'The window is minimised: it is seen when it is shown again',
  'no-window': () => 'No window is chosen yet',
  'outside': (size) => `The region lies outside the display, which has ${size} pixels`,
  'clipped': (size) => `The region reaches beyond the display, which has ${size} pixels: it is cut off there`,
  'too-large': (detail) => `The frame cannot be stored: ${detail}`,
}

/** What is wrong, for people; undefined where nothing is. */
export function problemOf({ reasons }: CaptureProblems, reason: string, detail: string, server: string): string | undefined {
  if (reason === '') return undefined
  const sentence = reasons[reason] ?? common[reason]
  return sentence === undefined ? reason : sentence(detail, server)
}
