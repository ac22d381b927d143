class Given {
  @Test
  void t0() throws Exception {
    assertEquals(
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        Cart.add(new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)), 1, 2).toString());
  }

  @Test
  void t1() throws Exception {
    assertEquals(
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        Cart.add(
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)))
            .toString());
  }

  @Test
  void t2() throws Exception {
    assertEquals(
        5,
        cart.add(
            new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
            new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
            new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101))));
  }

  @Test
  void t3() throws Exception {
    assertEquals(
        5,
        cart.add(
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)))
            .toString());
  }

  @Test
  void t4() throws Exception {
    cart.add(
        new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
        new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
        new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)));
  }

  @Test
  void t5() throws Exception {
    Cart cart =
        new Cart(
            new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
            new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
            new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)));
  }

  @Test
  void t6() throws Exception {
    Cart cart =
        new Cart("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbb");
  }

  @Test
  void t7() throws Exception {
    var thrown =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Cart.add(
                    new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
                    new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
                    new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101))));
  }

  @Test
  void t8() throws Exception {
    var thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> Cart.add(new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)), 1));
  }

  @Test
  void t9() throws Exception {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Cart.add(
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101))));
  }

  @Test
  void t10() throws Exception {
    assertDoesNotThrow(
        () ->
            Cart.add(
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101))));
  }

  @Test
  void t11() throws Exception {
    assertDoesNotThrow(
        () -> Cart.add(new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)), 22222, 33));
  }

  @Test
  void t12() throws Exception {
    assertEquals(
        3,
        Cart.add(
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
            24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39));
  }

  @Test
  void t13() throws Exception {
    assertEquals(
        3,
        Cart.add(
            new int[] {
              0, 1111, 2222, 3333, 4444, 5555, 6666, 7777, 8888, 9999, 11110, 12221, 13332, 14443,
              15554, 16665, 17776, 18887, 19998, 21109, 22220, 23331, 24442, 25553, 26664, 27775,
              28886, 29997, 31108, 32219, 33330, 34441, 35552, 36663, 37774, 38885, 39996, 41107,
              42218, 43329
            }));
  }

  @Test
  void t14() throws Exception {
    assertArrayEquals(
        new int[] {
          0, 1111, 2222, 3333, 4444, 5555, 6666, 7777, 8888, 9999, 11110, 12221, 13332, 14443,
          15554, 16665, 17776, 18887, 19998, 21109, 22220, 23331, 24442, 25553, 26664, 27775, 28886,
          29997, 31108, 32219, 33330, 34441, 35552, 36663, 37774, 38885, 39996, 41107, 42218, 43329
        },
        Cart.add(1));
  }

  @Test
  void t15() throws Exception {
    assertEquals(
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        thrown.getMessage());
  }

  @Test
  void t16() throws Exception {
    assertEquals(
        "rate of %d xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        Cart.addAll(1, 2, "aaaaaaaaaaaaaaaa"), 1e-9);
  }

  @Test
  void t17() throws Exception {
    assertEquals(
        0.30000000000000004,
        cart.addEverythingAndTheRest(1.0, 2.0, "aaaaaaaaaaaaaaaaaaaaaaa"),
        1e-9);
  }

  @Test
  void t18() throws Exception {
    assertEquals(
        Map.of(
            "aaaaaaaaaaaaaaaaaaaa",
            1,
            "bbbbbbbbbbbbbbbbbbbbbbbbbbbb",
            2,
            "cccccccccccc",
            3,
            "dddddd",
            4),
        Cart.add(1));
  }

  @Test
  void t19() throws Exception {
    var prices =
        new String[] {
          "aaaaaaaaaaaaaaaaaaaaaaaaaa",
          "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
          "cccccccccccccccccccccc"
        };
  }

  @Test
  void t20() throws Exception {
    assertEquals(
        3,
        new Cart(
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)))
            .total());
  }

  @Test
  void t21() throws Exception {
    assertEquals(
        3,
        Cart.Part.add(
            new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
            new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
            new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101))));
  }

  @Test
  void t22() throws Exception {
    assertEquals(
        "aaaa",
        cart.first(new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)))
            .second(new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)))
            .third());
  }

  @Test
  void t23() throws Exception {
    assertEquals(
        3,
        (int)
            Cart.add(
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
                new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101))));
  }

  @Test
  void t24() throws Exception {
    assertEquals(
        -3,
        -Cart.add(
            new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
            new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101))));
  }

  @Test
  void t25() throws Exception {
    Cart.add(
        (Object) new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
        (Object) new ArrayList<>(Arrays.asList(100, 0, 1, 101, 101)),
        null,
        true);
  }

  @Test
  void t26() throws Exception {
    assertArrayEquals(
        new int[][] {new int[] {1}, new int[] {2}},
        Cart.add(new int[][] {new int[] {1}, new int[] {2}}));
  }

  @Test
  void t27() throws Exception {
    assertEquals(
        java.util.List.of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbb"),
        java.util.List.of(1));
  }

  @Test
  void t28() throws Exception {
    assertEquals(
        Cart.Part.add(62275),
        till.take(
            new Node(),
            new int[][] {
              cart.addAll(
                  List.of(1L, new Node(), new ArrayList<>(), 2685),
                  Arrays.asList(63425),
                  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
              List.of(new int[][] {true, 'c'}),
              List.of('c', new int[][] {true, 1L, 20304, null}, Map.of("xxxxxxxxxxxxxxxx", 1.5))
            },
            new int[] {true, List.of(Map.of(true)), cart}),
        1e-9);
  }

  @Test
  void t29() throws Exception {
    assertDoesNotThrow(
        () ->
            Shop.discount(
                new Node(1L, Arrays.asList(new ArrayList<>(true)), "it % is", 'c'),
                Map.of(
                    List.of(cart.addAll(1.5, "it % is", 90095, "it % is"), cart, null, cart),
                    Arrays.asList(Arrays.asList(1L, new ArrayList<>())),
                    "xxxxxxxxxx")));
  }

  @Test
  void t30() throws Exception {
    var result =
        shopping.take(
            new ArrayList<>(List.of("xxxxxxxxxxxxx")),
            "x",
            new Node(true),
            new ArrayList<>(List.of(List.of("xxxxxxxxxxxxxx", 28394, "it % is")), 'c'));
  }

  @Test
  void t31() throws Exception {
    assertEquals(
        true,
        shopping.take(
            new Node(
                Cart.Part.add(
                    new int[][] {new ArrayList<>(), new Node(), 15293, "it % is"},
                    Arrays.asList(80953, null, new ArrayList<>()),
                    Arrays.asList("it % is")),
                new ArrayList<>(),
                Arrays.asList(Arrays.asList("it % is", 1L), Arrays.asList(null)),
                Map.of()),
            new ArrayList<>(new Node(Map.of(1.5, 1.5), Cart.Part.add(4867, "x", null))),
            new int[] {new int[][] {Map.of(true, 1L, null, true)}, new int[0]}),
        1e-9);
  }

  @Test
  void t32() throws Exception {
    Cart cart =
        Shop.discount(
                new ArrayList<>(),
                cart.addAll(
                    new ArrayList<>(List.of(true, new Node(), "it % is"), "xxxxx"), new int[0]))
            .toString();
  }

  @Test
  void t33() throws Exception {
    var thrown =
        assertThrows(
            java.io.IOException.class,
            () ->
                shopping
                    .take(
                        new ArrayList<>(),
                        new int[][] {
                          new ArrayList<>(),
                          cart,
                          new ArrayList<>(
                              1L, "xxxxxxxxxxxxxxxxxxxxxxxxxxx", Map.of('c', true, true)),
                          Cart.Part.add(new Node())
                        })
                    .toString());
  }

  @Test
  void t34() throws Exception {
    var thrown =
        assertThrows(
            java.io.IOException.class,
            () ->
                till.take(
                        1.5,
                        1.5,
                        Cart.Part.add(
                            cart.addAll("xx", new int[] {new ArrayList<>(), cart}),
                            cart.addAll(
                                List.of(cart, true, cart, new Node()),
                                63643,
                                Arrays.asList(),
                                new Node(1.5, cart))),
                        Cart.Part.add())
                    .length());
  }

  @Test
  void t35() throws Exception {
    assertEquals(
        new int[] {new Node(), 'c'},
        new Cart(
            Map.of(
                cart,
                cart.addAll(cart.addAll("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")),
                new int[] {
                  new int[][] {'c', cart, cart, new ArrayList<>()},
                  "it % is",
                  new Node(),
                  Arrays.asList()
                },
                new int[][] {new Node('c', new ArrayList<>(), new ArrayList<>())}),
            new int[][] {
              new ArrayList<>(
                  new ArrayList<>(),
                  cart.addAll(new Node(), cart, "xxxxxxxxxxxxxxxxxx", 'c'),
                  new int[][] {cart, 1L},
                  new int[][] {'c', true, 'c'}),
              cart.addAll(new Node(), 51689, true, Map.of(cart, 1.5, true, "it % is")),
              cart.addAll(cart),
              Arrays.asList()
            }),
        1e-9);
  }

  @Test
  void t36() throws Exception {
    assertEquals(
        new int[][] {true, true, null},
        till.take(
                cart.addAll(
                    new int[][] {
                      new int[] {"xxxxxxxxxxxxxxx", 1.5, true},
                      new int[] {new ArrayList<>(), true, true, new Node()}
                    }),
                true,
                84904,
                new int[] {true, "xxxxxxxxxxxxx", true})
            .length(),
        1e-9);
  }

  @Test
  void t37() throws Exception {
    var result =
        new Cart(
            new int[] {new Node()},
            Arrays.asList(),
            Arrays.asList(new ArrayList<>(Map.of(), 7723, null, 35034), cart),
            new int[0]);
  }

  @Test
  void t38() throws Exception {
    assertEquals(
        cart.addAll(null, "xxxxxxxxxxx", cart, new ArrayList<>()),
        Shop.discount(
                true,
                Map.of(new ArrayList<>(), List.of(), Map.of(), new Node(new int[] {1L})),
                "it % is")
            .toString(),
        1e-9);
  }

  @Test
  void t39() throws Exception {
    assertEquals(
        Cart.Part.add("xxxxxxxxxxx", 73596, 1.5, 1.5),
        Shop.discount(
                new Node(69497, List.of(new ArrayList<>(57583), Cart.Part.add(true, 16296), 47878)),
                new Node(new ArrayList<>(), new int[] {Map.of(cart)}, Map.of()),
                new ArrayList<>("it % is"),
                1.5)
            .toString(),
        1e-9);
  }

  @Test
  void t40() throws Exception {
    assertEquals(
        Arrays.asList('c', new ArrayList<>(), new Node()),
        till.take(new int[] {new ArrayList<>()}).length(),
        1e-9);
  }

  @Test
  void t41() throws Exception {
    assertEquals(
        new int[][] {true},
        till.take(
                "it % is",
                new int[][] {
                  Cart.Part.add(new ArrayList<>("it % is"), 12598, new int[] {1L, 1L}),
                  Map.of(
                      new ArrayList<>(new Node(), "xxxxxxxxxxxxx", new ArrayList<>()),
                      List.of(),
                      cart),
                  Arrays.asList(Arrays.asList(), cart),
                  Map.of("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", cart)
                },
                Cart.Part.add(),
                Cart.Part.add(
                    new int[][] {
                      cart, Arrays.asList(), cart.addAll("xxxxxxxxxxxxxxxxxxxxxxxxx"), 'c'
                    },
                    new Node(Arrays.asList(null, new ArrayList<>(), new ArrayList<>()))))
            .length());
  }

  @Test
  void t42() throws Exception {
    assertDoesNotThrow(
        () ->
            Shop.discount(
                Cart.Part.add(
                    new int[][] {1.5},
                    Arrays.asList(
                        Arrays.asList("xxxxxxxxxxxxxxxxxxxxxxxxxx", new ArrayList<>()),
                        new ArrayList<>()),
                    null,
                    cart.addAll(new Node('c', cart, cart, true), 76522))));
  }

  @Test
  void t43() throws Exception {
    new Cart(
        new Node(1604, null),
        new ArrayList<>(
            Arrays.asList(Cart.Part.add()),
            Arrays.asList(),
            new int[] {Cart.Part.add("xxxxxxxxxxxxxxxxxxxxxxxxx", 1.5)}));
  }

  @Test
  void t44() throws Exception {
    assertDoesNotThrow(
        () ->
            till.take(
                    Cart.Part.add(
                        new int[] {cart, cart.addAll(19480, 'c', true), cart.addAll('c')},
                        new int[][] {2202}))
                .length());
  }

  @Test
  void t45() throws Exception {
    assertNull(
        shopping
            .take(
                new Node(
                    new int[] {
                      new Node(1.5, null, null),
                      Cart.Part.add(new Node(), new ArrayList<>(), "it % is"),
                      cart.addAll(null),
                      new int[] {new ArrayList<>(), "it % is", 'c'}
                    },
                    new ArrayList<>(new int[0], new Node(), "xxxxxxxxxxxxxxxxxxxxx")))
            .toString());
  }

  @Test
  void t46() throws Exception {
    Shop.discount(
        new int[] {
          Arrays.asList(cart.addAll(1.5, null, new ArrayList<>()), new Node(cart, true)), 1.5
        });
  }

  @Test
  void t47() throws Exception {
    var thrown =
        assertThrows(
            java.io.IOException.class,
            () ->
                new Cart(
                    "it % is",
                    Cart.Part.add(
                        new ArrayList<>(), new ArrayList<>(), new int[0], Arrays.asList())));
  }

  @Test
  void t48() throws Exception {
    Cart cart =
        Shop.discount(
                new int[][] {
                  new Node(
                      Map.of(true, 1L, 32901),
                      new Node(new ArrayList<>(), true, true, 'c'),
                      cart.addAll()),
                  cart.addAll(new int[][] {1L, "it % is", new ArrayList<>()}),
                  new ArrayList<>(1.5),
                  cart.addAll(new int[0], 1L, new int[0])
                },
                Arrays.asList())
            .toString();
  }

  @Test
  void t49() throws Exception {
    till.take(
            18073,
            new int[] {
              Cart.Part.add(
                  Cart.Part.add("xxxxxx"),
                  Cart.Part.add('c', null, 1.5),
                  new Node('c', true, 58813),
                  Arrays.asList()),
              "xxxxxxxxxxxxxxxxxx"
            },
            new int[] {
              'c',
              Map.of(
                  "it % is",
                  new ArrayList<>(true, 1.5, 79899), new ArrayList<>(), new ArrayList<>()),
              new Node(),
              Arrays.asList(new ArrayList<>(), Map.of(), new ArrayList<>('c'))
            })
        .length();
  }

  @Test
  void t50() throws Exception {
    assertEquals(
        Map.of(true, new ArrayList<>(), cart),
        till.take(
                new int[][] {
                  List.of(new int[0]),
                  List.of(new ArrayList<>(new ArrayList<>(), true, "xxxxxxxxxxxxxxxxxxxxxx")),
                  1.5,
                  Arrays.asList(
                      Map.of(cart, null),
                      Map.of(1L, 1L, new Node(), "it % is"),
                      new int[] {new ArrayList<>()},
                      "xxxxxxxxxxxxxxxxxxxxxxxxxxx")
                },
                List.of(
                    new Node(new int[] {1L}, Arrays.asList(1L)),
                    Map.of(
                        Cart.Part.add('c', new ArrayList<>(), 47298, null),
                        new int[] {1L},
                        cart,
                        Map.of(cart))),
                Map.of(
                    Cart.Part.add(new Node(), new Node(new Node(), null, true)),
                    new Node(List.of(), "it % is"),
                    Arrays.asList(Map.of("xxxxxxxxxxxxxxxx", new ArrayList<>())),
                    new ArrayList<>(
                        Arrays.asList(),
                        new Node(true, true, 1.5, null),
                        Cart.Part.add(new ArrayList<>()),
                        cart.addAll(cart, new ArrayList<>()))),
                true)
            .length(),
        1e-9);
  }

  @Test
  void t51() throws Exception {
    var thrown =
        assertThrows(
            java.io.IOException.class,
            () ->
                till.take(
                    Cart.Part.add(Map.of(new ArrayList<>(true)), cart.addAll(true), Map.of()),
                    Arrays.asList(
                        cart.addAll(1.5, new Node(1L), cart.addAll(true, 1L), new Node()))));
  }

  @Test
  void t52() throws Exception {
    new Cart(
        new ArrayList<>(
            new int[] {new int[] {'c'}, null, new int[] {null, 1.5}},
            new int[] {1L},
            new int[][] {
              new int[][] {'c', "it % is"}, 'c', Map.of(new ArrayList<>(), cart, "it % is")
            }),
        76316,
        new ArrayList<>(
            List.of(Cart.Part.add("xxxxxxxxxxx"), Cart.Part.add(true)),
            new int[] {
              List.of('c', null, new Node()), 70459, new int[][] {'c', "it % is", null, null}
            }),
        new int[] {
          new int[][] {new ArrayList<>()},
          new ArrayList<>("it % is", new Node(), new ArrayList<>()),
          cart,
          Cart.Part.add(1.5)
        });
  }

  @Test
  void t53() throws Exception {
    Shop.discount(
        Arrays.asList(
            new Node(cart.addAll(new ArrayList<>(), new Node()), cart.addAll("xxx"), true),
            Cart.Part.add(
                null, List.of(cart), Cart.Part.add("xxxxxxx", null), cart.addAll(35294, "it % is")),
            List.of(
                new ArrayList<>("xxxxxxxxxxxxxxxxxxxxxxxx", 'c', new Node(), true),
                cart.addAll(6010, 'c', new Node()),
                1.5,
                List.of('c'))));
  }

  @Test
  void t54() throws Exception {
    assertNull(
        till.take(
                cart.addAll(
                    "it % is",
                    new int[][] {
                      Cart.Part.add(true),
                      new ArrayList<>(),
                      List.of(null, new ArrayList<>(), 1.5, cart),
                      null
                    }),
                cart,
                cart)
            .length());
  }

  @Test
  void t55() throws Exception {
    assertEquals(
        cart.addAll(cart.addAll(new Node())),
        shopping
            .take(
                new Node(),
                Cart.Part.add(List.of(Arrays.asList(), new int[0]), new Node(), Cart.Part.add()),
                Map.of(
                    List.of(Arrays.asList('c', 1.5), new int[] {null, null, cart, new Node()}, 'c'),
                    "it % is",
                    Arrays.asList(new int[0], 1.5)))
            .toString());
  }

  @Test
  void t56() throws Exception {
    shopping.take(
        cart.addAll(
            List.of(true, new int[0], new int[0]),
            new int[0],
            new int[] {new int[][] {"xxxxxxxxxx", 1L}, 1.5}),
        33789);
  }

  @Test
  void t57() throws Exception {
    shopping
        .take(
            Map.of("it % is"),
            new int[] {
              Map.of(Arrays.asList("xxxxxxxxxxxxxxxxxx"), "it % is"),
              Map.of(new int[0]),
              Arrays.asList(Cart.Part.add(cart, 1.5, 1.5)),
              new ArrayList<>()
            },
            1L,
            new Node(
                Cart.Part.add(
                    1.5,
                    cart.addAll(cart, cart, "xxxxxxxxxxxxxxxxxxxxx", "it % is"),
                    new int[][] {"it % is", "it % is", new Node(), cart},
                    new int[0])))
        .toString();
  }

  @Test
  void t58() throws Exception {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new Cart(
                Map.of(
                    List.of(
                        new Node("it % is", "it % is", new ArrayList<>(), 1L),
                        new int[][] {"xxxxxxxxxxxxxxxxxxxxx", 1.5, cart, new ArrayList<>()},
                        new int[] {new Node(), true, 1L, new ArrayList<>()},
                        new ArrayList<>(44041, null, 'c'))),
                1L));
  }

  @Test
  void t59() throws Exception {
    var result =
        shopping
            .take(
                new int[] {
                  Map.of(new ArrayList<>(new Node(), new ArrayList<>()), new Node()),
                  new int[] {new ArrayList<>(), new ArrayList<>()}
                })
            .toString();
  }

  @Test
  void t60() throws Exception {
    var result =
        Shop.discount(
            Cart.Part.add(
                null,
                Arrays.asList(
                    Arrays.asList(new Node()),
                    Cart.Part.add(),
                    new ArrayList<>("xxxxxxxxxxxxx"),
                    true),
                cart.addAll(
                    new Node("it % is", null),
                    List.of(1.5, new Node()),
                    new int[][] {cart, "it % is"},
                    cart),
                new int[][] {
                  cart, 'c', new int[] {"xxxxxxxxxxxxxxxxxxxxxxx", "it % is", 'c', 'c'}
                }));
  }

  @Test
  void t61() throws Exception {
    assertEquals(
        new Node(),
        new Cart(
            1.5,
            Map.of(new ArrayList<>(true, new int[][] {true, 44114}), new ArrayList<>(), 'c'),
            Cart.Part.add(
                54949,
                new int[][] {Arrays.asList(new ArrayList<>(), "it % is"), new int[] {1L, 1L, true}},
                cart,
                Map.of("x", new ArrayList<>(80369, 'c'))),
            1.5));
  }

  @Test
  void t62() throws Exception {
    assertEquals(
        'c',
        shopping.take(
            new int[][] {new ArrayList<>(new int[] {"it % is"}), new ArrayList<>(cart.addAll())},
            31658));
  }

  @Test
  void t63() throws Exception {
    Cart cart =
        Shop.discount(
                cart.addAll(Map.of(Cart.Part.add(null, 'c')), new ArrayList<>()),
                Arrays.asList(
                    1L,
                    new int[][] {
                      Arrays.asList("it % is", null), 'c', Arrays.asList(1L, "it % is"), 'c'
                    }),
                true)
            .toString();
  }

  @Test
  void t64() throws Exception {
    Shop.discount(
            Map.of(
                cart.addAll(cart.addAll("", 21386, new ArrayList<>(), new Node())),
                Map.of(
                    new ArrayList<>(),
                    Cart.Part.add(95042, null),
                    Map.of(true, "xxxxxxxxxxxxxxxxxxxxx", "it % is")),
                new ArrayList<>(),
                "it % is"))
        .toString();
  }

  @Test
  void t65() throws Exception {
    assertEquals(
        new ArrayList<>(new Node(1L), cart.addAll('c')), shopping.take(Cart.Part.add(), "it % is"));
  }

  @Test
  void t66() throws Exception {
    assertEquals(
        Arrays.asList(new ArrayList<>(), new ArrayList<>(19640, null), Cart.Part.add()),
        Shop.discount(1.5, null, Arrays.asList(new Node(), new int[][] {new Node(75240)}))
            .toString());
  }

  @Test
  void t67() throws Exception {
    assertNull(
        till.take(
            Map.of(
                1.5,
                new ArrayList<>(
                    new ArrayList<>(null, 1.5, "xxxxxxxxxxxxxxxxxxxxxxx"),
                    new ArrayList<>(),
                    1L,
                    Cart.Part.add("xxxxxxxxxxxxxx", "it % is", 47299)),
                1L),
            "",
            1L));
  }

  @Test
  void t68() throws Exception {
    assertNull(
        Shop.discount(
            new Node(
                Map.of(
                    List.of(true, new ArrayList<>(), "it % is", null),
                    cart.addAll(new Node(), null),
                    null),
                68319,
                Arrays.asList(cart.addAll('c', 'c', true), new Node('c'), new ArrayList<>()),
                55470),
            Cart.Part.add(
                new Node(
                    Cart.Part.add(null, 1.5, null),
                    Cart.Part.add(new ArrayList<>(), true, cart, true)),
                List.of(cart, cart, new Node(1.5, 1L), new Node(null, 'c')))));
  }

  @Test
  void t69() throws Exception {
    assertEquals(
        new int[] {'c', "it % is", "it % is", cart},
        Shop.discount("xxxxxxxxxxxx", new ArrayList<>()),
        1e-9);
  }

  @Test
  void t70() throws Exception {
    var thrown =
        assertThrows(java.io.IOException.class, () -> Shop.discount(Arrays.asList()).toString());
  }

  @Test
  void t71() throws Exception {
    assertNull(
        new Cart(
            new ArrayList<>(
                Map.of(
                    new int[][] {new Node()},
                    Cart.Part.add(1L),
                    Arrays.asList(cart, null),
                    Cart.Part.add(cart, "it % is", "xxxxxxxxxxxxxxxxx")),
                Map.of(Arrays.asList())),
            new int[0],
            new int[][] {'c', 'c', new ArrayList<>(cart)}));
  }

  @Test
  void t72() throws Exception {
    Cart cart =
        Shop.discount(
            new Node(new Node(), null),
            List.of(
                new Node(),
                Arrays.asList(new Node(null)),
                new ArrayList<>(new int[] {null, null, new ArrayList<>()})),
            "it % is",
            "it % is");
  }

  @Test
  void t73() throws Exception {
    var result =
        Shop.discount(
            new int[] {List.of('c', Cart.Part.add(new Node(), 57466, 'c', 'c'))},
            new int[] {new int[0]},
            Cart.Part.add(
                Cart.Part.add(
                    Arrays.asList("xxxxxxxxx", cart),
                    new ArrayList<>("it % is", new ArrayList<>(), new ArrayList<>(), 1.5),
                    new int[0])),
            List.of());
  }

  @Test
  void t74() throws Exception {
    var thrown =
        assertThrows(
            java.io.IOException.class,
            () ->
                till.take(Map.of(cart.addAll()), cart.addAll(new Node(), cart), new ArrayList<>()));
  }

  @Test
  void t75() throws Exception {
    var result =
        shopping.take(
            new Node(
                1L,
                cart.addAll(Map.of('c')),
                List.of(
                    Arrays.asList(cart, 'c', 1.5),
                    new ArrayList<>(),
                    List.of(new Node(), 1.5, 'c', new ArrayList<>()),
                    Cart.Part.add('c', "xxxxxxxxxxxxx", null, new Node())),
                new ArrayList<>(
                    Arrays.asList(new ArrayList<>(), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), Map.of())),
            Cart.Part.add(
                null,
                Arrays.asList(),
                63888,
                new int[] {
                  new int[][] {1.5, null}, new int[][] {'c', cart, "it % is", "it % is"}, new Node()
                }),
            "it % is");
  }

  @Test
  void t76() throws Exception {
    assertEquals(
        List.of(Cart.Part.add(new Node(), cart, 1.5)),
        shopping
            .take(
                'c',
                Map.of(
                    new int[0],
                    new ArrayList<>(),
                    cart.addAll(new int[] {null, cart}),
                    new ArrayList<>(
                        Cart.Part.add('c'),
                        1.5,
                        Map.of(1L, 1.5),
                        Arrays.asList(cart, new Node(), "it % is", "it % is"))))
            .toString());
  }

  @Test
  void t77() throws Exception {
    assertDoesNotThrow(
        () -> shopping.take("xxxxxxxxxxxxxxxxxx", new int[0], new int[0], true).toString());
  }

  @Test
  void t78() throws Exception {
    var result =
        shopping.take(
            new Node(),
            List.of(new ArrayList<>(new ArrayList<>("xxxxxxxxxxxxxxxxxxxx", true, null))));
  }

  @Test
  void t79() throws Exception {
    var thrown =
        assertThrows(
            java.io.IOException.class,
            () ->
                till.take(
                        Map.of(
                            Map.of(new int[][] {1.5, cart, cart, "xxxxxxxxxxxxxxxxxxxxxxxxx"}),
                            Cart.Part.add(),
                            71299,
                            Map.of(List.of(cart, 1.5))),
                        List.of(Arrays.asList("xxxxxxxxxxxxxxxxxxxxxxx")))
                    .length());
  }

  @Test
  void t80() throws Exception {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            till.take(
                    'c',
                    new Node(),
                    new ArrayList<>(Arrays.asList(new int[0], cart, "xxx", Cart.Part.add("x"))),
                    Cart.Part.add(
                        cart.addAll(
                            new int[] {91404, "it % is", "it % is"},
                            new int[] {true, new Node()},
                            new int[] {'c'}),
                        true,
                        new int[] {cart, new Node(), Arrays.asList('c', cart, new ArrayList<>())},
                        new Node(List.of(), true, new ArrayList<>("it % is"), new Node())))
                .length());
  }

  @Test
  void t81() throws Exception {
    var result =
        till.take(
            Map.of(),
            Map.of(
                new ArrayList<>(
                    new Node(true, ""),
                    Arrays.asList(1L),
                    Cart.Part.add(1L, new Node(), new Node(), cart),
                    new int[][] {'c', "it % is"}),
                Cart.Part.add(),
                new int[0]),
            List.of(new ArrayList<>()));
  }

  @Test
  void t82() throws Exception {
    assertEquals(
        Arrays.asList(
            List.of(4621, 78513),
            new Node(20374, new Node()),
            List.of(1L, "xxxxxxxxxxxxxxxxx", new ArrayList<>()),
            new Node('c', new Node(), 1L)),
        shopping.take(new int[0]).toString());
  }

  @Test
  void t83() throws Exception {
    assertEquals(
        "", new Cart(new ArrayList<>(Arrays.asList(), 1.5, null, Map.of(null, "it % is"))), 1e-9);
  }

  @Test
  void t84() throws Exception {
    assertEquals(
        new ArrayList<>(1L, "it % is"),
        till.take(
                new Node(),
                1L,
                new ArrayList<>(),
                Cart.Part.add(
                    cart.addAll(cart),
                    List.of(),
                    new int[][] {cart.addAll(), new ArrayList<>(), new Node()}))
            .length(),
        1e-9);
  }

  @Test
  void t85() throws Exception {
    till.take(
            Arrays.asList(
                new Node(),
                Cart.Part.add(Map.of(10269, new ArrayList<>(), "it % is"), Map.of(1L), List.of()),
                Map.of(
                    cart.addAll('c', 'c'),
                    new ArrayList<>(new Node()),
                    Cart.Part.add("xxxxxxxxxxxxxxxxxxxxxxxxxxx", null, 1L)),
                Cart.Part.add("xxx")))
        .length();
  }

  @Test
  void t86() throws Exception {
    assertEquals(
        Cart.Part.add(Cart.Part.add(null, 13867, new ArrayList<>()), new int[][] {new Node()}),
        till.take(
            List.of(),
            Cart.Part.add(
                Map.of(List.of(cart, cart), new ArrayList<>()),
                List.of(
                    cart,
                    'c',
                    cart.addAll(new Node(), new Node(), cart),
                    new ArrayList<>(null, 88450, "xxxxxxxxxxxxxxxxxxxxxxxxxxxx", null)),
                cart.addAll(new Node(cart), "xxxxxxxxxxxxxxxxxxxxxxxx", new Node(79575))),
            Map.of(new ArrayList<>(), new Node(), cart.addAll(), cart),
            Map.of(
                new Node(
                    new ArrayList<>(),
                    Arrays.asList(new Node(), 1.5, cart, true),
                    List.of('c'),
                    1L))));
  }

  @Test
  void t87() throws Exception {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Shop.discount(
                Arrays.asList(
                    Cart.Part.add(new ArrayList<>(71289, 1L, new ArrayList<>(), new Node())),
                    new int[] {cart.addAll(true, 1L), List.of()},
                    new ArrayList<>(),
                    Cart.Part.add())));
  }

  @Test
  void aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaVariant22()
      throws Exception {
    f();
  }
}
