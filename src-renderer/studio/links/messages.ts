import { section } from '../../messages/language.ts'

/** Every text of items that are linked across canvases. */
export const t = section('studioLinks', {
  title: 'Other canvases',
  help: 'A linked item moves, scales, turns, comes and goes together with the one of the other canvas, in proportion to it.',
  linked: (scene: string) => `linked, in ${scene}`,
  apart: (scene: string) => `apart, in ${scene}`,
  absent: (scene: string) => `not in ${scene}`,
  link: 'Link',
  addLinked: 'Add and link',
  unlink: 'Set apart',
  onCanvas: (action: string, canvas: string) => `${action}: ${canvas}`,
  isLinked: 'Linked with other canvases',
} as const)
