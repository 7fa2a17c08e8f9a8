import { section } from '../../messages/language.ts'

/** Every text of the transitions. */
export const t = section('studioTransitions', {
  title: 'Transitions',
  open: 'Edit transitions',
  list: 'Transitions',
  add: 'Add transition…',
  remove: 'Delete transition',
  deleted: (name: string) => `Transition "${name}" deleted`,
  name: 'Name',
  duration: 'Duration, ms',
  stingerDuration: '0: as long as its video',
  usual: 'Use for all scenes',
  usualHelp: 'For scenes that have none of their own, until another one is chosen beside the canvas.',
  isUsual: 'used for all scenes',
  source: 'Source',
  map: 'Map',
  noSource: 'None',
  scenes: 'Into each scene',
  scenesHelp: 'A scene with a transition of its own always comes on air with it.',
  transitionInto: (scene: string) => `Transition into ${scene}`,
  asUsual: 'as chosen for all',
  close: 'Close',
} as const)
