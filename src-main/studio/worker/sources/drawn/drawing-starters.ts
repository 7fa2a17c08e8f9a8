import type { DrawingStarters } from './drawing-desk.ts'

/** What draws each kind. Loaded with the first of its kind: letters and images each need a library of their own. */
export const drawingStarters: DrawingStarters = {
  'image': async () => (await import('./image/image-drawing.ts')).startImage,
  'slideshow': async () => (await import('./slideshow/slideshow-drawing.ts')).startSlideshow,
  'text': async () => (await import('./text/font-file.ts')).withFontFile((await import('./text/text-drawing.ts')).startText),
  'clock': async () => (await import('./text/font-file.ts')).withFontFile((await import('./clock/clock-drawing.ts')).startClock),
  'timer': async () => (await import('./text/font-file.ts')).withFontFile((await import('./clock/timer-drawing.ts')).startTimer),
  'color': async () => (await import('./plain/color-drawing.ts')).startColor,
  'gradient': async () => (await import('./plain/gradient-drawing.ts')).startGradient,
  'test-pattern': async () => (await import('./plain/test-pattern-drawing.ts')).startTestPattern,
  'tone': async () => (await import('./plain/tone-drawing.ts')).startTone,
}
