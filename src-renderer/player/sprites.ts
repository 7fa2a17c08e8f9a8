/** A thumbnail: where it is, and the times that it represents, s. */
export interface Sprite {
  readonly startS: number
  readonly endS: number
  /** Absolute URL of the sheet. */
  readonly sheet: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface SpriteTrack {
  /** Wall clock of time 0, ms since 1970; undefined where times count from a file's start. */
  readonly originTimeMs: number | undefined
  readonly sprites: readonly Sprite[]
}

const cue = /^(\d+):(\d\d):(\d\d\.\d+) --> (\d+):(\d\d):(\d\d\.\d+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)$/gm

/** Reads the WebVTT of a stream's or a file's thumbnails; `base` is its URL. Invalid cues are skipped. */
export function readSpriteTrack(text: string, base: string): SpriteTrack {
  const sprites: Sprite[] = []
  for (const [, h1, m1, s1, h2, m2, s2, sheet = '', ...place] of text.matchAll(cue)) {
    const [x = 0, y = 0, width = 0, height = 0] = place.map(Number)
    const startS = Number(h1) * 3600 + Number(m1) * 60 + Number(s1)
    sprites.push({
      startS,
      endS: Number(h2) * 3600 + Number(m2) * 60 + Number(s2),
      sheet: new URL(sheet, base).href,
      x,
      y,
      width,
      height,
    })
  }
  const origin = /originTimeMs=([\d.]+)/.exec(text)?.[1]
  return { originTimeMs: origin === undefined ? undefined : Number(origin), sprites }
}

/** The newest thumbnail at or before a time, s; before the first one the first. */
export function spriteAt({ sprites }: SpriteTrack, timeS: number): Sprite | undefined {
  return sprites.findLast((sprite) => sprite.startS <= timeS) ?? sprites[0]
}

/** Shows a thumbnail in an element, as its background. */
export function drawSprite(element: HTMLElement, sprite: Sprite | undefined): void {
  const { style } = element
  if (sprite === undefined) {
    style.backgroundImage = ''
    return
  }
  style.width = `${sprite.width}px`
  style.height = `${sprite.height}px`
  style.backgroundImage = `url("${sprite.sheet}")`
  style.backgroundPosition = `-${sprite.x}px -${sprite.y}px`
}
