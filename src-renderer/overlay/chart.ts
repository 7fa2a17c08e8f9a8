import { type DrawnKind, element, setText } from './drawing.ts'
import { colorsOf } from './look.ts'
import { decimalsOf, writeNumber } from './numbers.ts'

interface Point {
  readonly label: string
  readonly value: number
}

/** Round numbers for a scale from `low` to `high`, three to six of them. */
export function scaleMarks(low: number, high: number): readonly number[] {
  const span = high - low || Math.abs(high) || 1
  const rough = span / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? 10 * power
  const first = Math.floor(low / step) * step
  const marks: number[] = []
  for (let at = 0; at < 8; at++) {
    const mark = Number((first + at * step).toPrecision(12))
    marks.push(mark)
    if (mark >= high) break
  }
  return marks
}

/** Drawn once for each change, on a canvas in the pixels of the screen. */
export const chart: DrawnKind = {
  draw(root) {
    const title = element('cr-title')
    const canvas = document.createElement('canvas')
    root.append(element('cr-panel', title, element('cr-area', canvas)))
    let settings: Readonly<Record<string, unknown>> = {}
    let points: readonly Point[] = []

    const draw = (): void => {
      const { width, height } = (canvas.parentElement as HTMLElement).getBoundingClientRect()
      const ratio = window.devicePixelRatio || 1
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(height * ratio)
      const pen = canvas.getContext('2d')
      if (pen === null || width === 0 || points.length === 0) return
      pen.scale(ratio, ratio)
      const colors = colorsOf(root)
      const unit = Number.parseFloat(getComputedStyle(root).getPropertyValue('--u')) || 1
      const values = points.map(({ value }) => value)
      const low = settings.fromZero === true ? Math.min(0, ...values) : Math.min(...values)
      const marks = scaleMarks(low, Math.max(...values, settings.fromZero === true ? 0 : Number.NEGATIVE_INFINITY))
      const [bottom, top] = [marks[0] as number, marks.at(-1) as number]
      const write = (value: number): string => writeNumber(value, Math.max(...marks.map(decimalsOf))) + String(settings.suffix)
      pen.font = `500 ${18 * unit}px ${getComputedStyle(root).fontFamily}`
      const left = Math.max(...marks.map((mark) => pen.measureText(write(mark)).width)) + 14 * unit
      const labelled = points.some(({ label }) => label !== '')
      const foot = labelled ? 32 * unit : 10 * unit
      const head = 12 * unit
      const plotWidth = width - left - 12 * unit
      const plotHeight = height - foot - head
      const yOf = (value: number): number => head + plotHeight * (1 - (value - bottom) / (top - bottom || 1))
      const isBar = settings.type === 'bar'
      const slot = plotWidth / points.length
      const xOf = (at: number): number =>
        left + (isBar ? slot * (at + 0.5) : points.length === 1 ? plotWidth / 2 : (plotWidth * at) / (points.length - 1))

      pen.textBaseline = 'middle'
      pen.textAlign = 'right'
      pen.lineWidth = Math.max(1, 1.5 * unit)
      for (const mark of marks) {
        pen.strokeStyle = colors.rule
        pen.beginPath()
        pen.moveTo(left, yOf(mark))
        pen.lineTo(width, yOf(mark))
        pen.stroke()
        pen.fillStyle = colors.quiet
        pen.fillText(write(mark), left - 12 * unit, yOf(mark))
      }
      if (labelled) {
        pen.textBaseline = 'alphabetic'
        pen.textAlign = 'center'
        const widest = Math.max(...points.map(({ label }) => pen.measureText(label).width)) + 16 * unit
        const every = Math.max(1, Math.ceil(widest / (plotWidth / points.length)))
        points.forEach(({ label }, at) => {
          if ((points.length - 1 - at) % every !== 0) return
          const half = pen.measureText(label).width / 2
          pen.fillText(label, Math.min(width - half, Math.max(left + half, xOf(at))), height - 6 * unit)
        })
      }
      if (isBar) {
        const wide = Math.min(slot * 0.68, 90 * unit)
        points.forEach(({ value }, at) => {
          const [from, to] = [yOf(Math.max(0, bottom)), yOf(value)]
          const tall = Math.abs(from - to)
          const round = Math.min(wide / 4, 8 * unit, tall)
          pen.fillStyle = at === points.length - 1 ? colors.second : colors.accent
          pen.beginPath()
          pen.roundRect(
            xOf(at) - wide / 2,
            Math.min(from, to),
            wide,
            Math.max(tall, 1),
            value < 0 ? [0, 0, round, round] : [round, round, 0, 0],
          )
          pen.fill()
        })
        return
      }
      const line = new Path2D()
      points.forEach(({ value }, at) => {
        if (at === 0) line.moveTo(xOf(at), yOf(value))
        else line.lineTo(xOf(at), yOf(value))
      })
      if (settings.type === 'area') {
        const area = new Path2D(line)
        area.lineTo(xOf(points.length - 1), yOf(bottom))
        area.lineTo(xOf(0), yOf(bottom))
        area.closePath()
        const shade = pen.createLinearGradient(0, head, 0, head + plotHeight)
        shade.addColorStop(0, `${colors.accent}99`)
        shade.addColorStop(1, `${colors.accent}08`)
        pen.fillStyle = shade
        pen.fill(area)
      }
      pen.strokeStyle = colors.accent
      pen.lineWidth = 5 * unit
      pen.lineJoin = 'round'
      pen.lineCap = 'round'
      pen.stroke(line)
      const last = points.at(-1) as Point
      pen.fillStyle = colors.second
      pen.beginPath()
      pen.arc(xOf(points.length - 1), yOf(last.value), 8 * unit, 0, 2 * Math.PI)
      pen.fill()
    }
    return {
      show(message) {
        settings = message.settings
        points = (message.state.points as readonly Point[]).slice(-Number(settings.maxPoints))
        setText(title, String(settings.title))
        title.toggleAttribute('hidden', settings.title === '')
        draw()
      },
      resize: draw,
      end: () => undefined,
    }
  },
}
