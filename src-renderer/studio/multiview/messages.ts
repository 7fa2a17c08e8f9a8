import { section } from '../../messages/language.ts'

/** Every text of the multiview. */
export const t = section('studioMultiview', {
  open: 'Multiview',
  title: 'Multiview',
  close: 'Close the multiview',
  ownWindow: 'Open in its own window',
  fullScreen: 'Full screen',
  leaveFullScreen: 'Leave full screen',
  tiles: 'Tiles',
  scenes: 'Scenes',
  sources: 'Sources',
  both: 'Scenes and sources',
  meters: 'Program level',
  metersOf: 'Level of the program',
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
  before: 'Tiles before',
  next: 'More tiles',
  onAir: 'On air',
  prepared: 'Preview',
  inProgram: 'In the program',
  chooseHelp: 'Enter prepares the scene or puts it on air, Shift+Enter puts it on air.',
  notConnected: 'No connection to the host: the tiles are not renewed.',
  noVideo: 'No video',
  nothing: 'No show is open. The multiview shows its scenes and sources.',
  noSources: 'The show has no source with video.',
  toStudio: 'Open the studio',
})
