import { describe, expect, it } from 'vitest'
import { type Display, displayOf, placeWindow, type WindowState } from './placement.ts'

const left: Display = { id: 'DP-1', name: 'DP-1', bounds: { x: 0, y: 0, width: 1280, height: 720 }, primary: true }
const right: Display = { id: 'HDMI-1', name: 'HDMI-1', bounds: { x: 1280, y: 0, width: 1920, height: 1080 }, primary: false }
const usual = { width: 1200, height: 700 }
const onRight: WindowState = {
  bounds: { x: 1380, y: 50, width: 800, height: 600 },
  maximised: false,
  fullScreen: false,
  display: right,
}

describe('where a window opens', () => {
  it('is where it was, with the size that it had', () => {
    expect(placeWindow(onRight, [left, right], usual)).toEqual({
      bounds: onRight.bounds,
      maximised: false,
      fullScreen: false,
      display: 'HDMI-1',
    })
  })

  it('is the same place of its display, where displays are arranged otherwise', () => {
    const moved = { ...right, bounds: { ...right.bounds, x: -1920, y: 100 } }
    expect(placeWindow(onRight, [left, moved], usual).bounds).toEqual({ x: -1820, y: 150, width: 800, height: 600 })
  })

  it('is the middle of the primary display, where its own is gone, and no larger than that', () => {
    const large = { ...onRight, bounds: { x: 1280, y: 0, width: 1900, height: 1000 } }
    expect(placeWindow(onRight, [left], usual).bounds).toEqual({ x: 240, y: 60, width: 800, height: 600 })
    expect(placeWindow(large, [left], usual).bounds).toEqual({ x: 0, y: 0, width: 1280, height: 720 })
  })

  it('is inside of a display that has become smaller', () => {
    const small = { ...right, bounds: { ...right.bounds, width: 1000, height: 620 } }
    expect(placeWindow({ ...onRight, bounds: { x: 2300, y: 400, width: 800, height: 600 } }, [left, small], usual).bounds).toEqual({
      x: 1480,
      y: 20,
      width: 800,
      height: 600,
    })
  })

  it('is the display that was chosen, full screen where that was asked for', () => {
    expect(placeWindow(undefined, [left, right], usual, { display: 'HDMI-1', fullScreen: true })).toEqual({
      bounds: { x: 1640, y: 190, width: 1200, height: 700 },
      maximised: false,
      fullScreen: true,
      display: 'HDMI-1',
    })
    expect(placeWindow(onRight, [left, right], usual, { display: 'DP-1' })).toMatchObject({ display: 'DP-1', bounds: { x: 240, y: 60 } })
  })

  it('is maximised where it was, and what the desktop chooses where displays are unknown', () => {
    expect(placeWindow({ ...onRight, maximised: true }, [left, right], usual)).toMatchObject({ maximised: true, display: 'HDMI-1' })
    expect(placeWindow(onRight, [], usual)).toEqual({ maximised: false, fullScreen: false })
  })

  it('belongs to the display that most of it is on', () => {
    expect(displayOf({ x: 1100, y: 0, width: 400, height: 300 }, [left, right])).toBe(right)
    expect(displayOf({ x: 1000, y: 0, width: 400, height: 300 }, [left, right])).toBe(left)
    expect(displayOf({ x: 9000, y: 0, width: 400, height: 300 }, [left, right])).toBeUndefined()
  })
})
