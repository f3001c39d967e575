import { describe, expect, it } from 'vitest'
import { projectFiles, readProjectFile } from '#test/projectFiles'

/** The one file that asks another machine for something, which happens when the user wants a dataset to be downloaded. */
const downloads = 'src-main/node/downloads/fetchFile.ts'

const sources = projectFiles().filter((path) => /^src-(main|shared)\/.*\.ts$/.test(path))
const code = (path: string) => readProjectFile(path).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')

/** What opens a connection; a server that waits for the user's own browser does not. */
const connections = /(?<![.\w])fetch\(|\bhttps?\.(request|get)\(|\b(request|get)\b[^\n]*from 'node:https?'|from 'node:(https|http2|tls|dgram|dns)'|\bnet\.(connect|createConnection)|new WebSocket\(|from 'undici'/

describe('the network', () => {
  it('is used by downloads alone', () => {
    expect(sources).toContain(downloads)
    expect(connections.test(code(downloads))).toBe(true)
    expect(sources.filter((path) => path !== downloads && connections.test(code(path)))).toEqual([])
  })

  it('is out of the domain, of the services and of what is computed', () => {
    const importers = sources.filter((path) => /#main\/node\/downloads\//.test(readProjectFile(path)))
    expect(importers.filter((path) => !path.startsWith('src-main/node/'))).toEqual([])
  })
})
