import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFiles, projectRoot, readProjectFile } from '#test/projectFiles'
import { errorCodes } from '#shared/errors'
import { errorTitles } from '#renderer/ui/errorTitles'

const files = projectFiles()
const isText = (path: string) => /\.(ts|mts|js|mjs|cjs|vue|json|md|html|css|yml|sh)$|(^|\/)(run|\.npmrc|\.gitignore)$/.test(path)

describe('the tree', () => {
  it('has no drawers where anything goes', () => {
    const drawers = /(^|\/)(utils?|helpers?|common|core|libs?|misc|shared-utils)(\/|\.[^/]+$)/
    expect(files.filter((path) => drawers.test(path))).toEqual([])
  })

  it('holds no path of the machine it was made on', () => {
    const machinePath = /(?<![\w.~$}/-])\/(home|root|work|Users|mnt|tmp)\/[\w.-]/
    const named = files.filter(isText).flatMap((path) =>
      readProjectFile(path)
        .split('\n')
        .flatMap((line, index) => (machinePath.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
    )
    expect(named.filter((line) => !line.startsWith('test/'))).toEqual([])
  })

  it('holds modules of a readable size', () => {
    const sources = files.filter((path) => /^src-.*\.(ts|vue)$/.test(path))
    const long = sources.filter((path) => readProjectFile(path).split('\n').length > 300)
    expect(long).toEqual([])
  })
})

describe('ARCHITECTURE.md', () => {
  const text = readProjectFile('ARCHITECTURE.md')

  it('can be read in one sitting', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(200)
  })

  it('names only paths that exist', () => {
    const named = [...text.matchAll(/`((?:src-\w+|test|scripts|resources|docs|\.ci)(?:\/[\w.-]+)*\/?)`/g)].map((match) => match[1]!)
    expect(named.length).toBeGreaterThan(20)
    const missing = named.filter((path) => !existsSync(join(projectRoot, path)) && !existsSync(join(projectRoot, `${path}.ts`)))
    expect(missing).toEqual([])
  })

  it('names every folder of the sources', () => {
    const folders = new Set(files.flatMap((path) => /^src-\w+\/(?:hosts\/)?[\w-]+(?=\/)/.exec(path) ?? []))
    folders.delete('src-main/hosts')
    expect([...folders].filter((folder) => !text.includes(`\`${folder}\``))).toEqual([])
  })
})

describe('errors', () => {
  it('each have a title of their own', () => {
    expect(Object.keys(errorTitles).sort()).toEqual([...errorCodes].sort())
    const titles = Object.values(errorTitles)
    expect(titles.filter((title) => title.trim() === '')).toEqual([])
    expect(new Set(titles).size).toBe(titles.length)
  })
})
