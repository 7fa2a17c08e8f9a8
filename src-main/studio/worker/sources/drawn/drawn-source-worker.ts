/** The process that draws images, texts, clocks and test patterns: whatever their libraries do, they do not do it to the studio. */
import { workerLog } from '../../../../platform/workers/worker-log.ts'
import { connectToHost } from '../../../../platform/workers/worker-side.ts'
import { loadCompositor } from '../../compositor/load-compositor.ts'
import { DrawingDesk } from './drawing-desk.ts'
import { drawingStarters } from './drawing-starters.ts'
import type { FromDrawn, ToDrawn } from './messages.ts'
import { ImageReaders } from './reading/image-readers.ts'

const host = connectToHost<ToDrawn, FromDrawn>((message) => desk.take(message))
const desk = new DrawingDesk(loadCompositor(), drawingStarters, new ImageReaders(workerLog()), host.send)
host.stopping.addEventListener('abort', () => host.end())
host.ready()
