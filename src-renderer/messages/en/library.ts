import { pluralIn } from '../plural.ts'

const plural = pluralIn('en')

/** Texts of the section library. */
export const library = {
  title: 'Library',
  allFiles: 'Recordings, replays and clips',
  files: (count: number) => plural(count, { one: '# file', other: '# files' }),
  search: 'Search by title, file or source',
  kind: 'Kind',
  allKinds: 'All kinds',
  kinds: { recording: 'Recording', replay: 'Replay', clip: 'Clip' },
  kindsMany: { recording: 'Recordings', replay: 'Replays', clip: 'Clips' },
  from: 'From',
  fromAnywhere: 'From anywhere',
  parts: { live: 'Streams', studio: 'Studio' },
  order: 'Order',
  orders: {
    newest: 'Newest first',
    oldest: 'Oldest first',
    title: 'By title',
    longest: 'Longest first',
    largest: 'Largest first',
  },
  started: 'Started',
  state: 'State',
  states: { writing: 'recording', complete: 'complete', recovered: 'recovered', failed: 'failed' },
  stopItFirst: 'Stop it first',
  titleChanged: 'The title was changed',
  path: 'On the machine of the host',
  empty: 'Nothing recorded yet',
  emptyText: 'Recordings, replays and clips of streams and of the studio are listed here. Press Record in the studio or on a live stream.',
  nothingFound: 'Nothing found',
  nothingFoundText: 'No file fits the search and the filters.',
  trash: 'Trash',
  trashText: 'What was deleted is here for five minutes.',
  trashEmpty: 'The trash is empty.',
}
