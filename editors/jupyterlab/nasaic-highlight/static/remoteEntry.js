// Colours for .nasaic scripts and cells in JupyterLab 4.
//
// A module-federation container written by hand: JupyterLab gives its own CodeMirror through
// the share scope, so nothing has to be built, and there is only one CodeMirror in the page.
(() => {
"use strict";
const set = (words) => new Set(words.split(" "));

// Written from the tables of the language; a test of the project keeps them up to date.
const KEYWORDS = set("as choose expect in let maximize minimize require script step use with");
const KINDS = set("accelerator activation attention budget cell controller conv data dataflow dense density depthwise device dram edge embedding encoder_decoder join largest link loop network node norm one_of option options penalty pool precision prefer problem repeat reshape resize shortcut skip slice smallest softmax source spread store strategy sub surrogate takes task technology tiled tokens transposed workload zero");
const VALUES = set("C I K N O P Q R S W activity adam add additive always annealing asic average bare batch bayesian beam channels cifar columns concat constant conv cosine dense depthwise dice digits domination double edp ei elementwise energy es evolution exact exhaustive false feasible fit fitted flops fpga full fused gae gan gated gelu genetic global_average grad_norm group hard_sigmoid hard_swish hardware_first hotnas idx input iou jacov joule latency layer leaky_relu learned least lexicographic list local lstm masks matmul max memory mlp model monte_carlo multiplicative multiplied multiply nascell native nearest nest network_first none nwot off_chip on_chip operands other parallel params pareto penalty pi pipeline pool ppo random ranked raw reinforce relu relu6 replace reward_to_go rms rmsprop rows same scaled search serial sgd sigmoid silu single skipped sobol stl successive synflow synthetic tanh tch token top1 trained transposed true two_level ucb unlimited valid zero");
const FUNCTIONS = set("abs attainment compare convergence energy_breakdown evaluate exp explain export generate heatmap hypervolume kendall layers learning_curves log loop_nest max min objectives pareto proxy rank_correlation regret reuse_table roofline scatter schedule search space spearman sqrt surrogate sweep table together worst_of");
const METRICS = set("accuracy algorithm area asked best best_q1 best_q3 bound bram bram_utilization cycles dram dsp dsp_utilization edp energy evaluations evaluations_to_first feasible_rate first_feasible first_rate hypervolume impossible improvement kind latency layer macs mapping overhead params pipeline_utilization power rate satisfaction satisfied score seeds shape stopped strategy sub throughput time time_to_first trained trained_on training uncertainty utilization violation");
const UNITS = set("% B GB GHz GMAC GMACs GOPS Gb Gbit Gcycle Gcycles GiB Gop Gops Hz J KB Kb KiB Kibit MAC MACs MB MHz MMAC MMACs MOPS Mb Mbit Mcycle Mcycles MiB Mibit Mop Mops OPS TB TMAC TMACs TOPS Tbit TiB Top Tops W bit bits cycle cycles fJ h kB kHz kJ kMAC kMACs kW kbit kcycle kcycles kop kops m mJ mW min mm ms nJ nW nm ns op ops pJ ps s uJ uW um us");
const RUST = set("as async await break const continue crate else enum extern fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true false type unsafe use where while");

const NUMBER = /^[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?/;
const UNIT = /^[ \t]*([µμ%A-Za-z]\w*(?:[²³]|\^-?[0-9]+)?(?:[/*][µμA-Za-z]\w*(?:[²³]|\^-?[0-9]+)?)*)(?![\w(])/;
const known = (unit) => unit.split(/[/*]/).every((part) => {
  const name = part.replace(/[²³]$|\^.*$/, "").replace(/^[µμ]/, "u");
  return UNITS.has(name);
});

// Strings and comments over several lines: `until` is what ends them.
function long(stream, state) {
  const [end, style] = state.until;
  if (stream.skipTo(end)) {
    stream.match(end);
    state.until = null;
  } else {
    stream.skipToEnd();
  }
  return style;
}

function opened(stream, state, end, style) {
  state.until = [end, style];
  return long(stream, state);
}

function word(stream, state) {
  const name = stream.current();
  if (state.rust) return RUST.has(name) ? "keyword" : "variableName";
  if (stream.string[stream.start - 1] === "." && stream.string[stream.start - 2] !== ".") return "propertyName";
  if (KEYWORDS.has(name)) {
    return "keyword";
  }
  if (stream.match(/^(?:\.[A-Za-z_]\w*|\[[0-9]+\])*(?=[ \t]*=(?!=)|[ \t]+in\b)/)) return "attributeName";
  if (KINDS.has(name) && stream.match(/^(?=[ \t]+[A-Za-z_]|[ \t]*\{)/)) {
    state.label = true;
    return "tagName";
  }
  if (state.label) {
    state.label = false;
    return "variableName.definition";
  }
  if (FUNCTIONS.has(name) && stream.match(/^(?=[ \t]*\()/)) return "variableName.standard";
  if (METRICS.has(name)) return "variableName.special";
  return VALUES.has(name) ? "atom" : "variableName";
}

const parser = {
  name: "nasaic",
  startState: () => ({ first: true, rust: false, until: null, number: false, label: false }),
  token(stream, state) {
    if (state.until) return long(stream, state);
    if (stream.sol()) state.label = state.number = false;
    if (state.first) {
      state.first = false;
      state.rust = /^%%rust/.test(stream.string);
      if (stream.match(/^%%?\w+.*/)) return "meta";
    }
    if (state.number) {
      state.number = false;
      const unit = stream.match(UNIT, false);
      if (unit && known(unit[1])) {
        stream.match(UNIT);
        return "unit";
      }
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^\/\/[/!].*/)) return "docComment";
    if (stream.match(/^\/\/.*/)) return "lineComment";
    if (stream.match("/*")) return opened(stream, state, "*/", "blockComment");
    if (stream.match('"""')) return opened(stream, state, '"""', "string");
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.match(NUMBER)) {
      state.number = !state.rust;
      return "number";
    }
    if (stream.match(/^[A-Za-z_]\w*/)) return word(stream, state);
    state.label = false;
    if (stream.match(/^(?:<=|>=|==|!=|\.\.|[-+*/^=<>?≤≥!&|%])/)) return "operator";
    stream.next();
    return "punctuation";
  },
  languageData: {
    commentTokens: { line: "//", block: { open: "/*", close: "*/" } },
    closeBrackets: { brackets: ["(", "[", "{", '"'] },
    indentOnInput: /^\s*\}$/,
  },
};

let scope = {};

/** A module that JupyterLab itself has loaded. */
async function shared(name) {
  const versions = Object.values(scope[name] ?? {});
  const loaded = versions.find((v) => v.loaded) ?? versions[0];
  if (!loaded) throw new Error(`JupyterLab shares no ${name}`);
  return (await loaded.get())();
}

async function extension() {
  const { IEditorLanguageRegistry } = await shared("@jupyterlab/codemirror");
  const { LanguageSupport, StreamLanguage } = await shared("@codemirror/language");
  const plugin = {
    id: "nasaic-highlight:plugin",
    description: "Colours for the nasaic language.",
    autoStart: true,
    requires: [IEditorLanguageRegistry],
    activate: (_, languages) => languages.addLanguage({
      name: "nasaic",
      displayName: "nasaic",
      mime: "text/x-nasaic",
      extensions: ["nasaic"],
      support: new LanguageSupport(StreamLanguage.define(parser)),
    }),
  };
  return { __esModule: true, default: plugin };
}

(globalThis._JUPYTERLAB ??= {})["nasaic-highlight"] = {
  init: (given) => { scope = given; },
  get: async (name) => {
    if (name !== "./extension") throw new Error(`no module ${name}`);
    const module = await extension();
    return () => module;
  },
};
})();
