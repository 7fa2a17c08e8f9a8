import { section } from '../../messages/language.ts'
import { pluralIn } from '../../messages/plural.ts'

const plural = pluralIn('en')
const list = (items: readonly string[]): string => new Intl.ListFormat('en').format(items)

/** Every text of what a host left that ended unexpectedly, and of safe mode. */
export const t = section('studioRecovery', {
  region: 'After an unexpected end',
  ended: (when: string) => `AMI Streams ended unexpectedly at ${when}.`,
  endedWhile: (when: string, doing: readonly string[]) => `AMI Streams ended unexpectedly at ${when} while ${list(doing)}.`,
  live: (count: number) => plural(count, { one: 'live to # destination', other: 'live to # destinations' }),
  recording: 'recording',
  onAir: (scenes: readonly string[]) => `On air as before: ${list(scenes)}.`,
  runsAgain: (names: readonly string[]) => `Running again: ${list(names)}.`,
  leftOff: (names: readonly string[]) => `Not started: ${list(names)}.`,
  recovered: (names: readonly string[]) => `Recording recovered: ${list(names)}.`,
  recovering: (names: readonly string[]) => `Recording being recovered: ${list(names)}.`,
  lost: (names: readonly string[]) => `Nothing reached the disk of: ${list(names)}.`,
  recordingOf: (title: string, length: string) => `${title} (${length})`,
  library: 'Open the Library',
  goOn: 'Go on where you were',
  withoutLive: 'Start without going live',
  keepRunning: 'Keep it running',
  endAll: 'End what runs',
  close: 'Close',
  often:
    'AMI Streams or its studio ended unexpectedly three times in ten minutes. Safe mode runs the show without browser sources and without sources that crashed.',
  startSafe: 'Start safe mode',
  safe: (names: readonly string[]) =>
    names.length === 0 ? 'Safe mode: browser sources and sources that crashed do not run.' : `Safe mode: ${list(names)} left out.`,
  leaveSafe: 'Leave safe mode',
} as const)
