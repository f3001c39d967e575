import type { DatasetLayout } from '#shared/contract/datasets'

/** A file to download, of which `md5` is what its publisher says. */
export interface CatalogueFile {
  readonly url: string
  /** Where it goes below the dataset's folder, with `/`. */
  readonly name: string
  /** Roughly where there is no checksum. */
  readonly bytes: number
  readonly md5?: string
  /** True for a ZIP archive that is unpacked, without its one folder at the top where it has one. */
  readonly archive?: boolean
}

/** Public data, from where its authors put it. */
export interface CatalogueEntry {
  readonly id: string
  readonly name: string
  readonly summary: string
  readonly layout: DatasetLayout
  readonly licence: string
  /** Page that tells more of it. */
  readonly source: string
  readonly files: readonly CatalogueFile[]
  /** Which files are kept of archives, and how many there must be at least. */
  readonly keep?: { readonly name: RegExp; readonly atLeast: number }
}

interface MnistFiles {
  readonly base: string
  readonly files: readonly (readonly [bytes: number, md5: string])[]
}

const mnist: MnistFiles = {
  base: 'https://ossci-datasets.s3.amazonaws.com/mnist',
  files: [
    [9_912_422, 'f68b3c2dcbeaaa9fbdd348bbdeb94873'],
    [28_881, 'd53e105ee54ea40749a09fcbcd1e9432'],
    [1_648_877, '9fb629c4189551a2d022fa330f9573f3'],
    [4_542, 'ec29112dd5afa0611ce80d1b7f02629c'],
  ],
}

const fashionMnist: MnistFiles = {
  base: 'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion',
  files: [
    [26_421_880, '8d4fb7e6c68d591d4c3dfef9ec88bf0d'],
    [29_515, '25c81989df183df01b3e8a0aad5dffbe'],
    [4_422_102, 'bef4ecab320f06d8554ea6380940ec79'],
    [5_148, 'bb300cfdad3c16e7a12a480ee83cd310'],
  ],
}

/** @param folder where they go, with `/` at its end */
const mnistFiles = ({ base, files }: MnistFiles, folder = ''): CatalogueFile[] =>
  ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', 't10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'].map((name, i) => ({
    url: `${base}/${name}`,
    name: folder + name,
    bytes: files[i]![0],
    md5: files[i]![1],
  }))

/** GitHub packs its archives anew, so that they have no checksum of their own; every file in them has one. */
export const downloadCatalogue: readonly CatalogueEntry[] = [
  {
    id: 'musdb18-7',
    name: 'MUSDB18, seven seconds of each song',
    summary: '144 songs of many styles, seven seconds of each as mixture, drums, bass, other and vocals. A first dataset to try a training with.',
    layout: 'musdb',
    licence: 'For non-commercial use only; terms differ from song to song',
    source: 'https://zenodo.org/records/3270814',
    files: [
      {
        url: 'https://zenodo.org/records/3270814/files/MUSDB18-7-STEMS.zip?download=1',
        name: 'MUSDB18-7-STEMS.zip',
        bytes: 147_209_385,
        md5: 'dc2bdfac5b46ce742bd60009866758a5',
        archive: true,
      },
    ],
    keep: { name: /\.stem\.mp4$/i, atLeast: 100 },
  },
  {
    id: 'irmas',
    name: 'IRMAS, training part',
    summary: '6,705 excerpts of three seconds, by the instrument that leads; "voi" are those with a singer. For networks that learn from mixtures alone.',
    layout: 'irmas',
    licence: 'CC BY-NC-SA 3.0',
    source: 'https://zenodo.org/records/1290750',
    files: [
      {
        url: 'https://zenodo.org/records/1290750/files/IRMAS-TrainingData.zip?download=1',
        name: 'IRMAS-TrainingData.zip',
        bytes: 3_200_000_000,
        md5: '4fd9f5ed5a18d8e2687e6360b5f60afe',
        archive: true,
      },
    ],
    keep: { name: /\.(wav|txt)$/i, atLeast: 6705 },
  },
  {
    id: 'esc-50',
    name: 'ESC-50',
    summary: '2,000 noises of five seconds in 50 classes: animals, weather, people, indoors, outdoors.',
    layout: 'esc',
    licence: 'CC BY-NC 3.0; its part ESC-10 is CC BY 3.0',
    source: 'https://github.com/karolpiczak/ESC-50',
    files: [{ url: 'https://github.com/karolpiczak/ESC-50/archive/refs/heads/master.zip', name: 'ESC-50-master.zip', bytes: 645_000_000, archive: true }],
    keep: { name: /(^|\/)(audio\/[^/]+\.wav|meta\/esc50\.csv|LICENSE|README\.md)$/i, atLeast: 2001 },
  },
  {
    id: 'esc-10',
    name: 'ESC-10',
    summary: '400 noises of up to five seconds in ten classes, such as dogs, rain and clocks.',
    layout: 'esc',
    licence: 'CC BY 3.0',
    source: 'https://github.com/karolpiczak/ESC-10',
    files: [{ url: 'https://github.com/karolpiczak/ESC-10/archive/refs/heads/master.zip', name: 'ESC-10-master.zip', bytes: 41_000_000, archive: true }],
    keep: { name: /(\.ogg|(^|\/)(LICENSE[^/]*|README[^/]*))$/i, atLeast: 400 },
  },
  {
    id: 'fsdd',
    name: 'Free Spoken Digit Dataset',
    summary: '3,000 English digits from 0 to 9, spoken by six people, at 8 kHz.',
    layout: 'fsdd',
    licence: 'CC BY-SA 4.0',
    source: 'https://github.com/Jakobovski/free-spoken-digit-dataset',
    files: [{ url: 'https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/heads/master.zip', name: 'free-spoken-digit-dataset-master.zip', bytes: 16_000_000, archive: true }],
    keep: { name: /(^|\/)(recordings\/[^/]+\.wav|README\.md)$/i, atLeast: 3000 },
  },
  {
    id: 'mnist-and-fashion-mnist',
    name: 'MNIST and Fashion-MNIST',
    summary: '70,000 handwritten digits and 70,000 pieces of clothing, grey, 28 × 28 dots. What networks that take pictures apart learn from.',
    layout: 'idx',
    licence: 'CC BY-SA 3.0 (MNIST); MIT (Fashion-MNIST)',
    source: 'https://github.com/zalandoresearch/fashion-mnist',
    files: [...mnistFiles(mnist, 'mnist/'), ...mnistFiles(fashionMnist, 'fashion-mnist/')],
  },
  {
    id: 'mnist',
    name: 'MNIST',
    summary: '70,000 handwritten digits, grey, 28 × 28 dots.',
    layout: 'idx',
    licence: 'CC BY-SA 3.0',
    source: 'http://yann.lecun.com/exdb/mnist/',
    files: mnistFiles(mnist),
  },
  {
    id: 'fashion-mnist',
    name: 'Fashion-MNIST',
    summary: '70,000 pieces of clothing, grey, 28 × 28 dots.',
    layout: 'idx',
    licence: 'MIT',
    source: 'https://github.com/zalandoresearch/fashion-mnist',
    files: mnistFiles(fashionMnist),
  },
]
