"""Pygments lexer for .nasaic scripts, for nbconvert, Sphinx and the like."""

from pygments.lexer import RegexLexer, bygroups, using, words
from pygments.lexers.rust import RustLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Whitespace

# Written from the tables of the language; a test of the project keeps them up to date.
KEYWORDS = "as choose expect in let maximize minimize require script step use with".split()
KINDS = "accelerator activation attention budget cell controller conv data dataflow dense density depthwise device dram edge embedding encoder_decoder join largest link loop network node norm one_of option options penalty pool precision prefer problem repeat reshape resize shortcut skip slice smallest softmax source spread store strategy sub surrogate takes task technology tiled tokens transposed workload zero".split()
VALUES = "C I K N O P Q R S W activity adam add additive always annealing asic average bare batch bayesian beam channels cifar columns concat constant conv cosine dense depthwise dice digits domination double edp ei elementwise energy es evolution exact exhaustive false feasible fit fitted flops fpga full fused gae gan gated gelu genetic global_average grad_norm group hard_sigmoid hard_swish hardware_first hotnas idx input iou jacov joule latency layer leaky_relu learned least lexicographic list local lstm masks matmul max memory mlp model monte_carlo multiplicative multiplied multiply nascell native nearest nest network_first none nwot off_chip on_chip operands other parallel params pareto penalty pi pipeline pool ppo random ranked raw reinforce relu relu6 replace reward_to_go rms rmsprop rows same scaled search serial sgd sigmoid silu single skipped sobol stl successive synflow synthetic tanh tch token top1 trained transposed true two_level ucb unlimited valid zero".split()
FUNCTIONS = "abs attainment compare convergence energy_breakdown evaluate exp explain export generate heatmap hypervolume kendall layers learning_curves log loop_nest max min objectives pareto proxy rank_correlation regret reuse_table roofline scatter schedule search space spearman sqrt surrogate sweep table together worst_of".split()
METRICS = "accuracy algorithm area asked best best_q1 best_q3 bound bram bram_utilization cycles dram dsp dsp_utilization edp energy evaluations evaluations_to_first feasible_rate first_feasible first_rate hypervolume impossible improvement kind latency layer macs mapping overhead params pipeline_utilization power rate satisfaction satisfied score seeds shape stopped strategy sub throughput time time_to_first trained trained_on training uncertainty utilization violation".split()
UNITS = "% B GB GHz GMAC GMACs GOPS Gb Gbit Gcycle Gcycles GiB Gop Gops Hz J KB Kb KiB Kibit MAC MACs MB MHz MMAC MMACs MOPS Mb Mbit Mcycle Mcycles MiB Mibit Mop Mops OPS TB TMAC TMACs TOPS Tbit TiB Top Tops W bit bits cycle cycles fJ h kB kHz kJ kMAC kMACs kW kbit kcycle kcycles kop kops m mJ mW min mm ms nJ nW nm ns op ops pJ ps s uJ uW um us".split()

FACTOR = r"(?:[µμ]\w+|%%|(?:%s))(?:[²³]|\^-?[0-9]+)?" % "|".join(
    sorted((unit for unit in UNITS if unit != "%"), key=len, reverse=True)
)
UNIT = r"%s(?:[/*]%s)*(?![A-Za-z0-9_(])" % (FACTOR, FACTOR)
NUMBER = r"[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?"
WORD = r"[A-Za-z_]\w*"


class NasaicLexer(RegexLexer):
    """For scripts and cells of the nasaic language."""

    name = "nasaic"
    aliases = ["nasaic"]
    filenames = ["*.nasaic"]
    mimetypes = ["text/x-nasaic"]

    tokens = {
        "root": [
            # A cell in Rust: all of it.
            (r"\A(%%rust[^\n]*\n)((?:.|\n)*)", bygroups(Comment.Preproc, using(RustLexer))),
            (r"\A%%?\w+[^\n]*\n", Comment.Preproc),
            (r"\s+", Whitespace),
            (r"//[/!][^\n]*", String.Doc),
            (r"//[^\n]*", Comment.Single),
            (r"/\*(?:.|\n)*?(?:\*/|\Z)", Comment.Multiline),
            (r'"""(?:.|\n)*?(?:"""|\Z)', String.Heredoc),
            (r'"(?:[^"\\\n]|\\.)*"', String.Double),
            (r"(%s)([ \t]*)(%s)" % (NUMBER, UNIT), bygroups(Number, Whitespace, Keyword.Type)),
            (NUMBER, Number),
            (words(KEYWORDS, prefix=r"\b", suffix=r"\b"), Keyword),
            (r"\b%s(?:\.%s|\[[0-9]+\])*(?=[ \t]*=(?!=)|[ \t]+in\b)" % (WORD, WORD), Name.Attribute),
            (
                r"\b(%s)([ \t]+)(%s)(?=[ \t]*\{|[ \t]*$)" % ("|".join(KINDS), WORD),
                bygroups(Name.Class, Whitespace, Name.Label),
            ),
            (words(KINDS, prefix=r"\b", suffix=r"\b(?=[ \t]+[A-Za-z_]|[ \t]*\{)"), Name.Class),
            (words(FUNCTIONS, prefix=r"\b", suffix=r"\b(?=[ \t]*\()"), Name.Builtin),
            (r"(\.)(%s)" % WORD, bygroups(Punctuation, Name.Property)),
            (words(METRICS, prefix=r"\b", suffix=r"\b"), Name.Variable),
            (words(VALUES, prefix=r"\b", suffix=r"\b"), Name.Constant),
            (WORD, Name),
            (r"<=|>=|==|!=|\.\.|[-+*/^=<>?≤≥%]", Operator),
            (r"[{}()\[\],.]", Punctuation),
        ],
    }
