import { describe, expect, it } from 'vitest'
import { makeTemplate, templateNames, templates } from './make-template.ts'
import type { TemplateName } from './template-options.ts'
import { contrast, mix, type PaletteName, palettes, readable, shadesOf, textOn } from './theme.ts'

const made = (name: TemplateName, palette: PaletteName, short = 1080) => {
  const { width, height } = templates[name]
  const scale = short / 1080
  return makeTemplate(name, {
    title: 'Evening',
    speaker: 'Ada',
    guest: 'Bob',
    theme: { ...palettes[palette], font: '', fontFile: '/brand.ttf', logo: '/logo.png' },
    width: width * scale,
    height: height * scale,
    screen: { kind: 'display', device: ':0' },
    camera: { kind: 'camera', device: undefined },
    microphone: { kind: 'microphone', device: 'mic' },
    systemAudio: true,
  })
}

interface Placed {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
  readonly kind: string
  readonly source: string
  readonly opacity: number
}

/** Items of a scene with their boxes, bottom first. */
function boxesOf(document: ReturnType<typeof made>, scene: (typeof document.scenes)[number]): Placed[] {
  return scene.items.map((item) => {
    const source = document.sources.find(({ id }) => id === item.source)!
    const {
      position,
      bounds,
      opacity = 1,
    } = item as unknown as {
      position: { x: number; y: number }
      bounds?: { width: number; height: number }
      opacity?: number
    }
    const { width, height } = (bounds ?? source.settings) as { width: number; height: number }
    return { ...position, w: width, h: height, kind: source.kind, source: source.id, opacity }
  })
}

const words = new Set(['text', 'timer', 'clock'])

describe.each(templateNames)('the template %s', (name) => {
  it.each([1080, 720, 360])('keeps every text, camera and screen on a canvas of %d, and no text on another', (short) => {
    const document = made(name, 'night', short)
    const [canvas] = document.canvases
    for (const scene of document.scenes) {
      const placed = boxesOf(document, scene).filter(({ kind }) => !['color', 'gradient'].includes(kind))
      expect(placed.length, scene.id).toBeGreaterThan(0)
      for (const { x, y, w, h, source } of placed) {
        const where = `${scene.id} ${source}`
        expect([x >= 0, y >= 0, x + w <= canvas!.width, y + h <= canvas!.height], where).toEqual([true, true, true, true])
      }
      const texts = placed.filter(({ kind, source }) => words.has(kind) && !source.startsWith('empty-'))
      for (const [index, one] of texts.entries()) {
        for (const other of texts.slice(index + 1)) {
          const apart = one.x + one.w <= other.x || other.x + other.w <= one.x || one.y + one.h <= other.y || other.y + other.h <= one.y
          expect(apart, `${scene.id}: ${one.source} and ${other.source}`).toBe(true)
        }
      }
    }
  })

  it('has ids that are used once, and sources for all items', () => {
    const { sources, scenes, canvases } = made(name, 'ocean')
    expect(new Set(sources.map(({ id }) => id)).size).toBe(sources.length)
    expect(new Set(scenes.map(({ id }) => id)).size).toBe(scenes.length)
    expect(scenes.some(({ id }) => id === canvases[0]?.scene)).toBe(true)
    expect(scenes.some(({ id }) => id === templates[name].cover)).toBe(true)
    expect(scenes.map(({ id }) => id)).toEqual(expect.arrayContaining(['starting-soon', 'be-right-back']))
    const used = new Set(scenes.flatMap(({ items }) => items.map(({ source }) => source)))
    expect(sources.map(({ id }) => id).filter((id) => !used.has(id))).toEqual(['microphone', 'system-audio'])
    expect(sources.find(({ id }) => id === 'microphone')?.settings).toEqual({ device: 'mic' })
  })

  it.each(Object.keys(palettes) as PaletteName[])('is legible in the colours %s', (palette) => {
    const document = made(name, palette)
    const { background, lit, panel, empty } = shadesOf(palettes[palette])
    for (const scene of document.scenes) {
      const placed = boxesOf(document, scene)
      for (const [index, { kind, source, x, y, w, h }] of placed.entries()) {
        if (!words.has(kind)) continue
        const behind = placed
          .slice(0, index)
          .findLast((each) => each.opacity === 1 && each.x <= x && each.y <= y && each.x + each.w >= x + w && each.y + each.h >= y + h)
        const on = behind?.source === 'panel' ? [panel] : behind?.source === 'empty' ? [empty] : [background, lit]
        const color = String(document.sources.find(({ id }) => id === source)?.settings.color)
        for (const shade of on) expect(contrast(color, shade), `${scene.id} ${source} on ${shade}`).toBeGreaterThanOrEqual(4.5)
      }
    }
  })
})

describe('colours', () => {
  it('are mixed, and compared as WCAG does', () => {
    expect(mix('#000000', '#ffffff', 0.5)).toBe('#808080')
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
    expect(textOn('#f5f2ec')).toBe('#101318')
    expect(textOn('#12111f')).toBe('#ffffff')
  })

  it('are made readable, and left as they are where they are readable already', () => {
    expect(readable('#ffffff', '#000000')).toBe('#ffffff')
    expect(contrast(readable('#222244', '#12111f'), '#12111f')).toBeGreaterThanOrEqual(4.5)
  })
})
