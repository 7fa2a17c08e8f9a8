/** Source of a script that runs in every document before its own: the rules that were added, and the pace of its animations. */
export function pageScript(css: string, frameRate: number): string {
  return `(${prepare.toString()})(${JSON.stringify(css)}, ${frameRate})`
}

/** The browser's own interfaces in the page, as far as they are used here. */
interface PageWindow {
  requestAnimationFrame: (callback: (time: number) => void) => number
  cancelAnimationFrame: (id: number) => void
  CSSStyleSheet: new () => { replaceSync(text: string): void }
  document: { adoptedStyleSheets: unknown[] }
}

/** Runs in the page: must not refer to anything outside. */
function prepare(css: string, frameRate: number): void {
  const page = globalThis as unknown as PageWindow
  if (css !== '') {
    try {
      // Adopted sheets are no part of the document: its own security policy does not keep them out.
      const sheet = new page.CSSStyleSheet()
      sheet.replaceSync(css)
      page.document.adoptedStyleSheets = [...page.document.adoptedStyleSheets, sheet]
    } catch {
      // Documents that are no HTML have no sheets.
    }
  }
  if (frameRate >= 60) return
  // A page that is shown 30 times a second need not be drawn 60 times: callbacks wait for the next frame that is taken.
  const request = page.requestAnimationFrame.bind(page)
  const waiting = new Map<number, (time: number) => void>()
  const interval = 1000 / frameRate
  let due = 0
  let serial = 0
  let armed = false
  const frame = (time: number): void => {
    // Frames come at whole multiples of the screen's own: half of one early is on time.
    if (time < due - 8) {
      request(frame)
      return
    }
    due = Math.max(due + interval, time)
    armed = false
    const now = [...waiting]
    waiting.clear()
    for (const [, callback] of now) {
      try {
        callback(time)
      } catch (error) {
        setTimeout(() => {
          throw error
        })
      }
    }
  }
  page.requestAnimationFrame = (callback) => {
    waiting.set(++serial, callback)
    if (!armed) {
      armed = true
      request(frame)
    }
    return serial
  }
  page.cancelAnimationFrame = (id) => void waiting.delete(id)
}
