/** What is copied in this browser, or comes from a display to be copied here. */
export interface Copied {
  readonly text?: string
  readonly html?: string
  readonly png?: Blob
}

/** Empty formats are left out. */
export const copiedOf = (text: string | undefined, html: string | undefined, png: Blob | undefined): Copied => ({
  ...(text ? { text } : {}),
  ...(html ? { html } : {}),
  ...(png ? { png } : {}),
})

/** Puts it on the clipboard of this browser's machine. Rejects where the browser does not allow it now: the page must have the focus. */
export async function writeLocal(copied: Copied): Promise<void> {
  if (typeof navigator.clipboard?.write !== 'function' || typeof ClipboardItem !== 'function') {
    copyByEvent(copied)
    return
  }
  const { text, html, png } = copied
  const parts: Record<string, Blob> = {
    ...(text === undefined ? {} : { 'text/plain': new Blob([text], { type: 'text/plain' }) }),
    ...(html === undefined ? {} : { 'text/html': new Blob([html], { type: 'text/html' }) }),
  }
  const write = (all: Record<string, Blob>): Promise<void> => navigator.clipboard.write([new ClipboardItem(all)])
  if (png === undefined) return write(parts)
  try {
    await write({ ...parts, 'image/png': png })
  } catch (error) {
    // A damaged image does not keep the text back.
    if ((error as DOMException).name !== 'DataError' || Object.keys(parts).length === 0) throw error
    await write(parts)
  }
}

/** Pages on plain HTTP have no clipboard API: what the browser's own copy command takes is replaced. */
function copyByEvent({ text, html }: Copied): void {
  const replace = (event: ClipboardEvent): void => {
    event.preventDefault()
    if (text !== undefined) event.clipboardData?.setData('text/plain', text)
    if (html !== undefined) event.clipboardData?.setData('text/html', html)
  }
  document.addEventListener('copy', replace, { once: true })
  const done = document.execCommand('copy')
  document.removeEventListener('copy', replace)
  if (!done) throw new Error('the browser did not copy')
}

/** Reads it where this page was allowed that before; undefined where it was not: no question is shown. */
export async function readLocal(): Promise<Copied | undefined> {
  if (typeof navigator.clipboard?.read !== 'function' || !document.hasFocus()) return undefined
  try {
    // Browsers that do not know this permission read the clipboard when something is pasted.
    const { state } = await navigator.permissions.query({ name: 'clipboard-read' as PermissionName })
    if (state !== 'granted') return undefined
    const items = await navigator.clipboard.read()
    const get = (type: string): Promise<Blob> | undefined => items.find((item) => item.types.includes(type))?.getType(type)
    const [text, html, png] = await Promise.all([get('text/plain'), get('text/html'), get('image/png')])
    return copiedOf(await text?.text(), await html?.text(), png)
  } catch {
    return undefined
  }
}

/** Files that a paste event brings. An image without a file comes under a name that browsers give it. */
export function pastedFiles(data: DataTransfer): readonly File[] {
  const files = [...data.files]
  return files.length === 1 && files[0]?.type === 'image/png' && files[0].name === 'image.png' ? [] : files
}

/** What a paste event brings, besides files. */
export function pasted(data: DataTransfer): Copied {
  const png = [...data.files].find(({ type }) => type === 'image/png')
  return copiedOf(data.getData('text/plain'), data.getData('text/html'), png)
}
