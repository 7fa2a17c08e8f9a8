import { section } from '../../messages/language.ts'

/** Every text of the settings of a canvas. */
export const t = section('studioCanvasSettings', {
  title: 'Canvas and frame rate',
  open: 'Canvas and frame rate',
  size: 'Size',
  sizeName: (width: number, height: number) => `${width}×${height}`,
  custom: 'Other…',
  width: 'Width, px',
  height: 'Height, px',
  odd: 'Width and height must be even, from 16 to 7680 and 4320.',
  background: 'Background',
  frameRate: 'Frames per second',
  frameRateHelp: 'Of all canvases. Outputs that are live may show a gap.',
  scale: 'Move and scale the items of all scenes with it',
  save: 'Save',
} as const)
