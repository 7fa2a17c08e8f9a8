/** Loaded before the main file (`node --import`): `electron` is the double from here on. */
import { registerHooks } from 'node:module'

const double = new URL('./electron-double.ts', import.meta.url).href
Object.defineProperty(process, 'resourcesPath', { value: process.env.ELECTRON_DOUBLE_RESOURCES ?? '/nowhere' })
Object.defineProperty(process.versions, 'electron', { value: process.env.ELECTRON_DOUBLE_VERSION ?? '45.4.1' })
registerHooks({
  resolve: (specifier, context, next) => (specifier === 'electron' ? { url: double, shortCircuit: true } : next(specifier, context)),
})
