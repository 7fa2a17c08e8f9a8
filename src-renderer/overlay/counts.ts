import { type DrawnKind, element, setData, setText } from './drawing.ts'
import { countTo, decimalsOf, type Grouping, writeNumber } from './numbers.ts'

const eye =
  'M12 5C6.5 5 2.6 9.6 1.5 12c1.1 2.4 5 7 10.5 7s9.4-4.6 10.5-7C21.4 9.6 17.5 5 12 5Zm0 11.2A4.2 4.2 0 1 1 12 7.8a4.2 4.2 0 0 1 0 8.4Zm0-2.2a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z'

function iconOf(path: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', 'icon')
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  shape.setAttribute('d', path)
  shape.setAttribute('fill', 'currentColor')
  svg.append(shape)
  return svg
}

/** A number that counts to what it is set to. */
function counter(draw: (value: number) => void): { to(value: number): void; end(): void } {
  let shown: number | undefined
  let stop = (): void => undefined
  return {
    to(value) {
      stop()
      // The first one is there at once.
      if (shown === undefined || Number.isNaN(value)) {
        shown = value
        draw(value)
        return
      }
      stop = countTo(shown, value, (now) => {
        shown = now
        draw(now)
      })
    },
    end: () => stop(),
  }
}

export const viewers: DrawnKind = {
  draw(root) {
    const number = element('vi-number')
    const label = element('vi-label')
    const badge = element('vi-badge', element('vi-icon', iconOf(eye)), number, label)
    root.append(badge)
    const count = counter((value) => setText(number, writeNumber(Math.round(value), 0)))
    return {
      show({ settings, state }) {
        setText(label, String(settings.label))
        label.toggleAttribute('hidden', settings.label === '')
        setData(badge, 'state', state.count >= Number(settings.minViewers) ? 'in' : 'hidden')
        count.to(Number(state.count))
      },
      end: () => count.end(),
    }
  },
}

export const goal: DrawnKind = {
  draw(root) {
    const label = element('go-label')
    const figures = element('go-figures')
    const fill = element('go-fill')
    const percent = element('go-percent')
    const panel = element('go-panel', element('go-head', label, figures), element('go-track', fill, percent))
    root.append(panel)
    let write: (value: number) => string = String
    const count = counter((value) => setText(figures, write(value)))
    return {
      show({ settings, state: { value, target } }) {
        const { prefix, suffix } = settings
        const text = (amount: number, decimals: number): string => `${prefix}${writeNumber(amount, decimals)}${suffix}`
        write = (amount) => `${text(amount, decimalsOf(value))} / ${text(target, decimalsOf(target))}`
        setText(label, String(settings.label))
        const share = target > 0 ? Math.min(1, Math.max(0, value / target)) : 0
        fill.style.setProperty('--share', String(share))
        setText(percent, settings.percent === true ? `${Math.floor((value / target) * 100)} %` : '')
        setData(panel, 'reached', value >= target)
        count.to(Number(value))
      },
      end: () => count.end(),
    }
  },
}

export const number: DrawnKind = {
  draw(root) {
    const label = element('nu-label')
    const value = element('nu-value')
    root.append(element('nu-panel', label, value))
    let write: (amount: number) => string = String
    const count = counter((amount) => setText(value, write(amount)))
    return {
      show({ settings, state }) {
        setText(label, String(settings.label))
        label.toggleAttribute('hidden', settings.label === '')
        write = (amount) =>
          Number.isNaN(amount)
            ? '–'
            : `${settings.prefix}${writeNumber(amount, Number(settings.decimals), settings.grouping as Grouping)}${settings.suffix}`
        const target = state.value === null ? Number.NaN : Number(state.value)
        // Long numbers are smaller, by the one that is counted to.
        value.style.setProperty('--fit', String(Math.min(1, 8.2 / write(target).length)))
        count.to(target)
      },
      end: () => count.end(),
    }
  },
}
