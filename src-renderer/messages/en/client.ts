/** Texts of the client: values in words, and what a call says that got no answer. */
export const client = {
  theHostAnswered: (status: number) => `The host answered ${status}`,
  theHostDoesNotAnswer: 'The host does not answer',
  checkThatItIsRunning: 'Check that it is running.',
  justNow: 'just now',
  minutesAgo: (minutes: number) => `${minutes} min ago`,
  hoursAgo: (hours: number) => `${hours} h ago`,
  daysAgo: (days: number) => `${days} d ago`,
  never: 'never',
  noMediaYet: 'No media yet',
  mono: 'mono',
  stereo: 'stereo',
  channels: (channels: number) => `${channels} channels`,
  on: (browser: string, system: string) => `${browser} on ${system}`,
  unknownPlayer: 'unknown player',
}
