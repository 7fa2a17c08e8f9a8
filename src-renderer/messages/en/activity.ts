/** Texts of the section activity. */
export const activity = {
  activity: 'Activity',
  whoDidWhatNewestFirst: 'Who did what, newest first.',
  kind: 'Kind',
  everyKind: 'Every kind',
  stream: 'Stream',
  everyStream: 'Every stream',
  nothingYet: 'Nothing yet',
  noLineFitsThisFilter: 'No line fits this filter.',
  connectionsStreamsAndCommandsAppear: 'Connections, streams and commands appear here as they happen.',
  showOlderLines: 'Show older lines',
  kinds: {
    'connect': 'connect',
    'publish': 'publish',
    'quality': 'quality',
    'disconnect': 'disconnect',
    'state': 'state',
    'error': 'error',
    'command': 'command',
    'sign-in': 'sign-in',
  },
}
