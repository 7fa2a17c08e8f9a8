import { writeFile } from 'node:fs/promises'
import { judgeFile } from '../../../platform/user-files/file-policy.ts'
import { FileFault } from '../../../platform/user-files/regular-file.ts'
import type { ScreenshotOf } from '../../control/engine/studio-engine.ts'
import { RequestFault } from '../reading/request-fault.ts'
import { type RequestContext, type RequestFamily, toEdit, toView, viewOf } from './request-kind.ts'

/** Formats of screenshots, as `GetVersion` lists them. */
export const imageFormats = ['jpeg', 'jpg', 'png'] as const

async function take(
  context: RequestContext,
): Promise<{ readonly image: Uint8Array; readonly type: 'png' | 'jpeg'; readonly format: string }> {
  const { fields, studio } = context
  const view = viewOf(context)
  const shown = view.source(fields)
  const format = fields.text('imageFormat')
  if (!(imageFormats as readonly string[]).includes(format)) {
    throw new RequestFault('invalidRequestField', 'Your specified image format is invalid or not supported by this system.')
  }
  const width = fields.maybeNumber('imageWidth', 8, 4096)
  const height = fields.maybeNumber('imageHeight', 8, 4096)
  fields.maybeNumber('imageCompressionQuality', -1, 100)
  if (shown.sort === 'group') throw new RequestFault('invalidResourceType', 'There is no image of a group by itself: ask for its scene.')
  const of: ScreenshotOf = shown.sort === 'source' ? { source: shown.source.id } : { scene: shown.scene.id }
  const size =
    shown.sort === 'source'
      ? studio.engine.reports().get(shown.source.id)?.picture
      : view.collection.canvases.find(({ id }) => id === shown.scene.canvas)
  // It keeps its shape: of both sides the width counts.
  const wanted = width ?? (height === undefined || size === undefined ? undefined : (height * size.width) / size.height)
  const type = format === 'png' ? 'png' : 'jpeg'
  const image = await studio.engine.screenshot(of, {
    type,
    ...(wanted !== undefined && { width: Math.min(Math.max(Math.round(wanted), 16), 4096) }),
  })
  return { image, type, format }
}

export const screenshotRequests: RequestFamily = {
  GetSourceScreenshot: toView(async (context) => {
    const { image, format } = await take(context)
    return { imageData: `data:image/${format};base64,${Buffer.from(image).toString('base64')}` }
  }),
  SaveSourceScreenshot: toEdit(async (context) => {
    const { fields, studio, caller, broadcast } = context
    const path = fields.text('imageFilePath')
    const { image, type } = await take(context)
    // The name says what it is: a screenshot never takes the place of something that is started or read as settings.
    if (!new RegExp(type === 'png' ? '\\.png$' : '\\.jpe?g$', 'i').test(path)) {
      throw new RequestFault('invalidRequestField', 'The name of the file must end as its format is called.')
    }
    try {
      const real = await judgeFile(path, studio.reach.policy().files, true)
      await writeFile(real, image)
    } catch (error) {
      if (error instanceof FileFault) throw new RequestFault('invalidRequestField', error.message)
      throw new RequestFault(
        'requestProcessingFailed',
        `The file could not be written: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`,
      )
    }
    studio.audit.record({ kind: 'command', message: `studio: a screenshot was saved to ${path}`, actor: caller.principal.id })
    broadcast('ScreenshotSaved', { savedScreenshotPath: path })
    return undefined
  }),
}
