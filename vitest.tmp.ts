import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'
export default mergeConfig(base, defineConfig({ test: { setupFiles: process.env.T_SETUP ? ['./tmp-setup.ts'] : [], experimental: { viteModuleRunner: false, nodeLoader: process.env.T_NL !== '0' } } }))
