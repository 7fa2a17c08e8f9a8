/** Scripts that are not here yet, in the order in which they are read ahead. */
const unread: (() => Promise<void>)[] = []
let isReading = false

/** What was opened first is drawn before others are read, ms. */
const firstMs = 3000
/** A browser that is never idle reads the next one after so long, ms. */
const idleMs = 5000

/** Browsers tell whether their user saves data. */
const savesData = (): boolean => (navigator as { readonly connection?: { readonly saveData?: boolean } }).connection?.saveData === true

const idle = (): Promise<void> =>
  new Promise((resolve) => {
    // Safari has none.
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve(), { timeout: idleMs })
    else setTimeout(resolve, 200)
  })

/** Has a script read ahead, once `startReadAhead` was called. */
export function readAheadOf(read: () => Promise<void>): void {
  unread.push(read)
}

/** Reads the scripts that are not here yet one after the other, while the browser has nothing to do: a click then waits for nothing. */
export function startReadAhead(): void {
  if (isReading || savesData()) return
  isReading = true
  setTimeout(() => void readAll(), firstMs)
}

async function readAll(): Promise<void> {
  for (let read = unread.shift(); read !== undefined; read = unread.shift()) {
    await idle()
    // What does not come now is asked for again when it is opened.
    await read().catch(() => undefined)
  }
  isReading = false
}
