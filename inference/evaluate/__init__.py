"""What a model loses or gains: measured on texts, in the arithmetic that serves it.

python -m inference.evaluate perplexity --model DIR --text FILE... --experts bf16,int8,int4
python -m inference.evaluate confidence --model DIR --text FILE... --shares 1,0.9,0.8
"""
